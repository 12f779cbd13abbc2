import type { FrameChain, FrameTableName } from '../../network/frame-rules.ts';
import type { Node, Unmodelled } from '../../network/network.ts';
import { TABLES } from '../../network/ruleset.ts';
import type { Family } from '../../packet/field.ts';
import type { Assumption } from '../../packet/place.ts';
import type { NftChain } from '../foreign/nft.ts';
import { every, first, type Readings } from './facts.ts';

/** Everything that the captures of a node show and the model does not know. */
export function assembleUnmodelled(
  readings: Readings,
  ruleset: Node['ruleset'],
  family: Family = 4,
): readonly Unmodelled[] {
  const seen = [...every(readings, 'interfaces').slice(0, 1), ...every(readings, 'ports')].flatMap(({ value }) =>
    value.flatMap((one) => one.unmodelled),
  );
  const vlans = every(readings, 'vlans').flatMap(({ value }) => value);
  const forwarding = every(readings, 'forwarding').flatMap(({ value }) => value);
  const hidden = (['ruleset', 'table', 'ebtables', 'arptables'] as const).flatMap((thing) =>
    every(readings, thing).flatMap((reading) => reading.hidden ?? []),
  );
  return [
    ...unique(seen),
    ...switches(readings),
    ...(tellsFiltering(readings) ? vlans : vlans.map((one) => ({ ...one, decides: 'bridge' as const }))),
    ...forwarding,
    ...hidden,
    ...nftRules(readings, ruleset, family),
  ];
}

/** Only `-d` shows whether a bridge filters by VLAN; where nothing does, ports with VLANs of their own leave it open. */
const tellsFiltering = (readings: Readings): boolean =>
  every(readings, 'interfaces')[0]?.value.some(({ kind }) => kind === 'bridge') === true;

/** The same attribute is shown by `ip -d addr` and by `bridge -d link`. */
const unique = (all: readonly Unmodelled[]): readonly Unmodelled[] => [
  ...new Map(all.map((one) => [one.what, one])).values(),
];

/** Open vSwitch forwards by tables of its own. */
const switches = (readings: Readings): readonly Unmodelled[] =>
  (every(readings, 'interfaces')[0]?.value ?? [])
    .filter(({ name, master }) => name === 'ovs-system' || master?.name === 'ovs-system')
    .map(({ name, place }) => ({
      what: `Open vSwitch at ${name}`,
      reason: 'what it does with a frame is not modelled',
      place,
      decides: 'bridge',
    }));

/** The chains of an nft listing that count as the iptables rules that another capture shows: said, as they are not compared. */
export function nftAssumptions(
  node: string,
  readings: Readings,
  ruleset: Node['ruleset'],
  family: Family = 4,
): readonly Assumption[] {
  const same = (every(readings, 'nft')[0]?.value ?? []).filter(
    (chain) => chain.rules > 0 && !IGNORED[family].includes(chain.family) && isShown(chain, readings, ruleset, family),
  );
  const names = same.map(({ family, table, chain }) => `${family === 'ip' ? '' : `${family} `}${table} ${chain}`);
  const text = `the nft chains ${names.join(', ')} hold the rules that the iptables capture shows (as many, by the same names)`;
  return same.length === 0 ? [] : [{ node, text }];
}

/** The families of nft that packets of one family never meet. */
const IGNORED: Readonly<Record<Family, readonly string[]>> = { 4: ['ip6'], 6: ['ip'] };

/** nft chains with rules, but for those in which iptables-nft keeps the rules that the iptables capture shows. */
function nftRules(readings: Readings, ruleset: Node['ruleset'], family: Family): readonly Unmodelled[] {
  const chains = every(readings, 'nft')[0]?.value ?? [];
  return chains
    .filter((chain) => (chain.rules > 0 || chain.drops) && !IGNORED[family].includes(chain.family))
    .filter((chain) => !isShown(chain, readings, ruleset, family))
    .map(({ family, table, chain, rules, drops, place }) => ({
      what: `nft chain ${family} ${table} ${chain} (${rules} ${rules === 1 ? 'rule' : 'rules'}${drops ? ', policy drop' : ''})`,
      reason: 'nft rules are not modelled: they could drop or change packets',
      place,
      decides: family === 'bridge' || family === 'netdev' ? 'bridge' : family === 'arp' ? 'arp' : 'ip',
    }));
}

/** Whether an nft chain is one of iptables-nft's that a capture shows: the same table and chain, and as many rules. */
function isShown(
  { family, table, chain, rules }: NftChain,
  readings: Readings,
  ruleset: Node['ruleset'],
  of: Family,
): boolean {
  if (family === 'bridge') return framesIn(frameChain(readings, table, chain)) === rules;
  if (family === 'arp') return table === 'filter' && first(readings, 'arptables')?.get(chain)?.rules.length === rules;
  const name = TABLES.find((one) => one === table);
  if (family !== (of === 4 ? 'ip' : 'ip6') || name === undefined || ruleset.kind === 'unknown') return false;
  return ruleset.value.tables.get(name)?.chains.get(chain)?.rules.length === rules;
}

const frameChain = (readings: Readings, table: string, chain: string): FrameChain | undefined =>
  first(readings, 'ebtables')
    ?.rules.get(table as FrameTableName)
    ?.get(chain);

/** ebtables-nft keeps what the end of an own chain does as a rule behind the others. */
const framesIn = (chain: FrameChain | undefined): number | undefined =>
  chain && chain.rules.length + (chain.builtIn || chain.policy === 'RETURN' ? 0 : 1);
