import type { Codec } from '../codec/codec.ts';
import { aliased, oneOf } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import type { Match, Target } from '../extension.ts';
import { connlimit } from '../match/connlimit.ts';
import { conntrack } from '../match/conntrack.ts';
import { hashlimit } from '../match/hashlimit.ts';
import { iprange } from '../match/iprange.ts';
import { ipvs } from '../match/ipvs.ts';
import { policy } from '../match/policy.ts';
import { recent } from '../match/recent.ts';
import { type Given, type GivenOptions, type Option, option } from '../option.ts';
import { dnat } from '../target/dnat.ts';
import { hmark, tupleOption } from '../target/hmark.ts';
import { netmap } from '../target/netmap.ts';
import { reject } from '../target/reject.ts';
import { snat } from '../target/snat.ts';
import { tee } from '../target/tee.ts';
import { tproxy } from '../target/tproxy.ts';
import { matchInSix, targetInSix } from './derive.ts';
import { ah6 } from './match/ah.ts';
import { dst } from './match/dst.ts';
import { eui64 } from './match/eui64.ts';
import { frag } from './match/frag.ts';
import { hbh } from './match/hbh.ts';
import { hl } from './match/hl.ts';
import { icmp6 } from './match/icmp6.ts';
import { ipv6header } from './match/ipv6header.ts';
import { mh } from './match/mh.ts';
import { rt } from './match/rt.ts';
import { srh } from './match/srh.ts';
import { dnpt } from './target/dnpt.ts';
import { hlTarget } from './target/hl.ts';
import { snpt } from './target/snpt.ts';
import { address6, addressAndMask6, nat6, network6, range6 } from './text.ts';

const FULL = 2n ** 128n - 1n;
const length = integer(0, 128, 'LENGTH');
const plain = <T>(value: T): Given<T> => ({ value, inverted: false });

/** The options of these names with another codec. */
const reread = (
  of: Match | Target,
  codec: Codec<unknown>,
  ...names: readonly string[]
): Record<string, Option<unknown>> =>
  Object.fromEntries(names.map((name) => [name, { ...(of.options[name] as Option<unknown>), codec }]));

const with128 = (of: Match | Target, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, option(length, { idle: ({ value }) => value === 128 })]));

/** What a match or target fills in, but for one option that it fills in otherwise. */
const filled = (of: Match | Target, name: string, value: unknown) => (given: GivenOptions) =>
  of.complete?.({ ...given, [name]: given[name] ?? plain(value) }) ?? given;

const TUPLES = ['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'];
// biome-ignore format: a table
const ANSWERS = ['icmp6-no-route', 'icmp6-adm-prohibited', 'icmp6-addr-unreachable', 'icmp6-port-unreachable', 'tcp-reset', 'icmp6-policy-fail', 'icmp6-reject-route'] as const;
// biome-ignore format: a table
const SHORT = {
  'no-route': 'icmp6-no-route', 'adm-prohibited': 'icmp6-adm-prohibited', 'addr-unreach': 'icmp6-addr-unreachable', 'port-unreach': 'icmp6-port-unreachable',
  'policy-fail': 'icmp6-policy-fail', 'reject-route': 'icmp6-reject-route',
};
const PORT_UNREACHABLE = 'icmp6-port-unreachable';

/** Matches that rules of IPv6 have in another form, or alone have. */
export const SIX_MATCHES: readonly Match[] = [
  ah6,
  matchInSix(connlimit, {
    options: reread(connlimit, length, 'connlimit-mask'),
    complete: filled(connlimit, 'connlimit-mask', 128),
  }),
  matchInSix(conntrack, { options: reread(conntrack, addressAndMask6, ...TUPLES) }),
  matchInSix(hashlimit, { options: with128(hashlimit, 'hashlimit-srcmask', 'hashlimit-dstmask') }),
  matchInSix(iprange, { options: reread(iprange, range6, 'src-range', 'dst-range') }),
  matchInSix(ipvs, { options: reread(ipvs, addressAndMask6, 'vaddr') }),
  matchInSix(policy, { options: reread(policy, addressAndMask6, 'tunnel-src', 'tunnel-dst') }),
  matchInSix(recent, { options: reread(recent, address6, 'mask'), complete: filled(recent, 'mask', FULL) }),
  dst,
  eui64,
  frag,
  hbh,
  hl,
  icmp6,
  ipv6header,
  mh,
  rt,
  srh,
];

/** Targets likewise. */
export const SIX_TARGETS: readonly Target[] = [
  targetInSix(dnat, { options: reread(dnat, nat6, 'to-destination') }),
  targetInSix(hmark, {
    options: { ...reread(hmark, length, 'hmark-src-prefix', 'hmark-dst-prefix'), 'hmark-tuple': tupleOption(128) },
  }),
  targetInSix(netmap, { options: reread(netmap, network6, 'to') }),
  targetInSix(reject, {
    options: reread(reject, aliased(oneOf('answer', ANSWERS, 'prefix'), SHORT), 'reject-with'),
    complete: (given) => ({ 'reject-with': plain(PORT_UNREACHABLE), ...given }),
  }),
  targetInSix(snat, { options: reread(snat, nat6, 'to-source') }),
  targetInSix(tee, { options: reread(tee, address6, 'gateway') }),
  targetInSix(tproxy, { options: reread(tproxy, address6, 'on-ip'), complete: filled(tproxy, 'on-ip', 0n) }),
  dnpt,
  hlTarget,
  snpt,
];
