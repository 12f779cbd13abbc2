import type {
  ArpRules,
  FrameAction,
  FrameChain,
  FrameRule,
  FrameRules,
  FrameTableName,
  FrameTest,
  FrameVerdict,
  MaskedMac,
} from '../../src/network/frame-rules.ts';
import { parseMac } from '../../src/packet/address.ts';
import { addr } from './build.ts';

/** A test as a test of ours writes it: not inverted unless it says so. */
export type Written = FrameTest extends infer T
  ? T extends FrameTest
    ? Omit<T, 'inverted'> & { inverted?: boolean }
    : never
  : never;

/** A rule as a test writes it; the default of an action is DROP. */
export interface WrittenRule {
  readonly tests?: readonly Written[];
  readonly action?: FrameAction;
  readonly text?: string;
}

export const verdict = (name: FrameVerdict): FrameAction => ({ kind: 'verdict', verdict: name });
export const DROP = verdict('DROP');
export const ACCEPT = verdict('ACCEPT');
export const jump = (chain: string): FrameAction => ({ kind: 'jump', chain });

export const not = (test: Written): Written => ({ ...test, inverted: true });
export const macOf = (text: string): number => {
  const mac = parseMac(text);
  if (mac === undefined) throw new Error(`no MAC address ${text}`);
  return mac;
};
const ALL = 0xffffffffffff;
export const exactly = (mac: string | number): MaskedMac => ({
  address: typeof mac === 'number' ? mac : macOf(mac),
  mask: ALL,
});
export const ip = (text: string) => ({ address: addr(text), mask: 0xffffffff });

export const ARP: Written = { kind: 'protocol', type: 0x0806 };
export const IPV4: Written = { kind: 'protocol', type: 0x0800 };
export const REQUEST: Written = { kind: 'arp operation', operation: 1 };
export const REPLY: Written = { kind: 'arp operation', operation: 2 };

const BUILT_IN: readonly string[] = ['BROUTING', 'PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

const ruleOf = (
  file: string,
  chain: string,
  { tests = [], action = DROP, text }: WrittenRule,
  at: number,
): FrameRule => ({
  number: at + 1,
  tests: tests.map((test) => ({ inverted: false, ...test }) as FrameTest),
  action,
  text: text ?? `-A ${chain} rule ${at + 1}`,
  place: { file, line: at + 1, column: 1 },
});

/** Chains by name: their rules; `NAME DROP` gives a policy (else ACCEPT, own chains RETURN). */
export function chains(
  file: string,
  written: Readonly<Record<string, readonly WrittenRule[]>>,
): ReadonlyMap<string, FrameChain> {
  return new Map(
    Object.entries(written).map(([head, rules]) => {
      const [name = '', policy] = head.split(' ') as [string, FrameVerdict | undefined];
      const builtIn = BUILT_IN.includes(name);
      const chain: FrameChain = {
        name,
        policy: policy ?? (builtIn ? 'ACCEPT' : 'RETURN'),
        builtIn,
        rules: rules.map((rule, at) => ruleOf(file, name, rule, at)),
        place: { file, line: 1, column: 1 },
      };
      return [name, chain];
    }),
  );
}

type WrittenTables = Partial<Record<FrameTableName, Readonly<Record<string, readonly WrittenRule[]>>>>;

export const ebtables = (tables: WrittenTables): FrameRules =>
  new Map(
    (Object.entries(tables) as [FrameTableName, NonNullable<WrittenTables[FrameTableName]>][]).map(
      ([name, written]) => [name, chains('ebtables-save.txt', written)],
    ),
  );

export const arptables = (written: Readonly<Record<string, readonly WrittenRule[]>>): ArpRules =>
  chains('arptables-save.txt', written);
