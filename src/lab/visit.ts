/** One thing that a chain did to a packet: a rule that matched, or the policy that decided (no `rule`). */
export interface RuleHop {
  readonly chain: string;
  /** Its position in its chain, from 1. */
  readonly rule?: number;
  /** In nft's words: `accept`, `drop`, `continue`, `return`, `jump CHAIN`, `goto CHAIN`. */
  readonly verdict: string;
}

/** What a trace tells of a packet at the head of each visit. */
export interface Seen {
  /** The identification of the IP header: no hop changes it. */
  readonly id: number;
  /** Absent for protocols without ports. */
  readonly sport?: number;
  readonly tcpFlags?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** The number of the probe that it is, where it has one in the first bytes of its payload (udp, icmp). */
  readonly probe?: number;
}

/** One way of one packet through one table of one node, from a built-in chain to the verdict. */
export interface Visit {
  readonly node: string;
  /** Visits of one node are numbered in the order in which it told of them. */
  readonly order: number;
  readonly table: string;
  /** The built-in chain where it began. */
  readonly chain: string;
  readonly packet: Seen;
  readonly hops: readonly RuleHop[];
}

/** Position of each rule in its chain by `table:chain:handle`; 0 is the TRACE rule in front. */
export type Places = ReadonlyMap<string, number>;

/** Reads `nft -j -a list ruleset`: the rules of a chain stand there in order. */
export function readHandles(json: string): Places {
  const { nftables } = JSON.parse(json) as {
    nftables: { rule?: { family: string; table: string; chain: string; handle: number } }[];
  };
  const places = new Map<string, number>();
  const next = new Map<string, number>();
  for (const { rule } of nftables) {
    if (rule === undefined || rule.family !== 'ip') continue;
    const chain = `${rule.table}:${rule.chain}`;
    const traced = rule.table === 'raw' && (rule.chain === 'PREROUTING' || rule.chain === 'OUTPUT');
    const position = next.get(chain) ?? (traced ? 0 : 1);
    places.set(`${chain}:${rule.handle}`, position);
    next.set(chain, position + 1);
  }
  return places;
}

const LINE = /^trace id (\S+) ip (\S+) (\S+) (packet|rule|policy|return|verdict)\b:? ?(.*?) ?$/;
const RULE = /# handle (\d+) \(verdict ([^)]*)\)$/;

type Growing = Visit & { readonly hops: RuleHop[] };

/**
 * Reads what `nft -a -n monitor trace` printed on a node. The packet is told at the head of each visit; a line belongs to
 * the last visit of its trace id (ids are hashes, and are used again).
 */
export function readTrace(node: string, lines: readonly string[], places: Places): readonly Visit[] {
  const visits: Growing[] = [];
  const current = new Map<string, Growing>();
  for (const line of lines) {
    const [, id = '', table = '', chain = '', kind, text = ''] = LINE.exec(line) ?? [];
    if (kind === 'packet') {
      const visit = { node, order: visits.length, table, chain, packet: readSeen(text), hops: [] };
      visits.push(visit);
      current.set(id, visit);
    }
    const hop = kind === 'policy' ? readPolicy(chain, text) : readRule(table, chain, text, places);
    if (hop !== undefined) current.get(id)?.hops.push(hop);
  }
  return visits;
}

/** `accept`, and behind it the packet's mark if it has one. */
const readPolicy = (chain: string, text: string): RuleHop => ({ chain, verdict: text.split(' ')[0] ?? '' });

function readRule(table: string, chain: string, text: string, places: Places): RuleHop | undefined {
  const [, handle = '', verdict = ''] = RULE.exec(text) ?? [];
  const rule = places.get(`${table}:${chain}:${handle}`);
  return rule === undefined || rule === 0 ? undefined : { chain, rule, verdict };
}

/** Fields by the words that nft puts before them. */
const FIELDS = {
  id: /\bip id (\S+)/,
  sport: /\b(?:tcp|udp) sport (\d+)/,
  tcpFlags: /\btcp flags (?:== )?(\S+)/,
  icmpType: /\bicmp type (\d+)/,
  icmpCode: /\bicmp code (\d+)/,
  probe: /@th,64,\d+ 0x4e514544([0-9a-f]{8})/,
} as const satisfies Record<keyof Seen, RegExp>;

function readSeen(text: string): Seen {
  const { id = 0, ...others } = Object.fromEntries(
    Object.entries(FIELDS).flatMap(([field, pattern]) => {
      const [, value] = pattern.exec(text) ?? [];
      return value === undefined ? [] : [[field, field === 'probe' ? Number.parseInt(value, 16) : Number(value)]];
    }),
  ) as Partial<Seen>;
  return { id, ...others };
}
