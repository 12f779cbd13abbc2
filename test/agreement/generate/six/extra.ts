import fc from 'fast-check';
import { BUILT_IN } from '../../../../src/network/edit-ruleset.ts';
import type { TableName } from '../../../../src/network/ruleset.ts';
import type { World, WorldTable } from '../world.ts';

/** What worlds of IPv6 have besides what stands for something in IPv4; by node. */
export interface Extra {
  readonly settings: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Rules as ip6tables saves them, ahead of the others of their chain. */
  readonly rules: Readonly<Record<string, readonly (readonly [table: TableName, rule: string])[]>>;
  /** Gateways are named by their addresses of the link. */
  readonly near: boolean;
  /** The first address of each device is not to be used if another will do. */
  readonly deprecated: boolean;
}

export const NO_EXTRA: Extra = { settings: {}, rules: {}, near: false, deprecated: false };

const DISCOVERY = [
  '-p ipv6-icmp -m icmp6 --icmpv6-type 135',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 136',
  '-s fe80::/10 -p ipv6-icmp',
  '-d ff02::1:ff00:0/104',
  '-m conntrack --ctstate UNTRACKED',
  '-m conntrack ! --ctstate UNTRACKED',
  '-m hl ! --hl-eq 255',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 135 -m limit --limit 1/sec',
  '-p ipv6-icmp -m icmp6 --icmpv6-type 136 -m limit --limit 1/sec',
  '-m length --length 72',
  '-m set --match-set nets src',
  '-m set ! --match-set nets dst',
  '-m pkttype --pkt-type multicast',
] as const;

const ACTIONS: Readonly<Record<'filter' | 'mangle' | 'raw', readonly string[]>> = {
  filter: ['ACCEPT', 'DROP', 'DROP'],
  mangle: ['DROP', 'MARK --set-xmark 0x1/0xffffffff', 'HL --hl-dec 1', 'HL --hl-set 255', 'TOS --set-tos 0x10/0x3f'],
  raw: ['DROP', 'ACCEPT', 'CT --notrack'],
};

const rule: fc.Arbitrary<readonly [TableName, string]> = fc
  .constantFrom('filter' as const, 'filter' as const, 'mangle' as const, 'raw' as const)
  .chain((table) =>
    fc
      .tuple(fc.constantFrom(...BUILT_IN[table]), fc.constantFrom(...DISCOVERY), fc.constantFrom(...ACTIONS[table]))
      .filter(([, what]) => table !== 'raw' || !what.includes('ctstate'))
      .filter(([hook, what]) => !what.includes('pkttype') || hook === 'INPUT' || hook === 'FORWARD')
      .map(([hook, what, action]) => [table, `-A ${hook} ${what} -j ${action}`] as const),
  );

const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  'net.ipv6.icmp.echo_ignore_all': [0, 1],
  'net.ipv6.icmp.echo_ignore_multicast': [0, 1],
  'net.ipv6.icmp.echo_ignore_anycast': [0, 1],
  'net.ipv6.anycast_src_echo_reply': [0, 1],
  'net.ipv6.conf.DEVICE.hop_limit': [1, 2, 64],
  'net.ipv6.conf.DEVICE.forwarding': [0, 1],
  'net.ipv6.conf.DEVICE.force_forwarding': [0, 1],
  'net.ipv6.conf.DEVICE.drop_unicast_in_l2_multicast': [0, 1],
  'net.ipv6.conf.DEVICE.use_oif_addrs_only': [0, 1],
  'net.ipv6.conf.all.use_oif_addrs_only': [0, 1],
  'net.ipv6.conf.lo.hop_limit': [33, 64],
  'net.ipv6.conf.DEVICE.disable_ipv6': [0, 1],
};

const setting = (devices: readonly string[]): fc.Arbitrary<readonly [string, number]> =>
  fc
    .tuple(fc.constantFrom(...Object.keys(SETTINGS)), fc.constantFrom(...devices))
    .chain(([key, device]) =>
      fc.constantFrom(...(SETTINGS[key] ?? [])).map((value) => [key.replace('DEVICE', device), value] as const),
    );

const seldom = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<readonly T[]> =>
  fc.oneof(
    { weight: 10 - weight, arbitrary: fc.constant([]) },
    { weight, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength: 2 }) },
  );

const each = <T>(world: World, of: (devices: readonly string[]) => fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.record(
    Object.fromEntries(
      Object.entries(world.nodes).map(([name, { interfaces }]) => [name, of(Object.keys(interfaces))]),
    ),
  );

/** Rules about neighbour discovery, settings of IPv6, and addresses that are spelt or chosen otherwise. */
export const extra = (world: World): fc.Arbitrary<Extra> =>
  fc.record({
    settings: each(world, (devices) => seldom(setting(devices), 2).map((all) => Object.fromEntries(all))),
    rules: each(world, () => seldom(rule, 3)),
    near: fc.boolean(),
    deprecated: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });

/** A table with rules at the head of its chains. */
export function withRules(
  old: WorldTable | undefined,
  table: TableName,
  all: NonNullable<Extra['rules'][string]>,
): WorldTable | undefined {
  const own = all.filter(([of]) => of === table).map(([, text]) => text);
  if (own.length === 0) return old;
  const fresh = Object.fromEntries(BUILT_IN[table].map((hook) => [hook, 'ACCEPT' as const]));
  return {
    policies: { ...fresh, ...old?.policies },
    chains: old?.chains ?? [],
    rules: [...own, ...(old?.rules ?? [])],
  };
}
