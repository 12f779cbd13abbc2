import fc from 'fast-check';
import { findMatch, findTarget } from '../../../src/extension/registry.ts';
import type { Hook, TableName } from '../../../src/network/ruleset.ts';
import type { Vocabulary } from './vocabulary.ts';

export type Text = fc.Arbitrary<string>;

/** Whether every match and target of a rule is one that the project knows: others are unknowns, not semantics. */
export const isModelled = (rule: string): boolean =>
  [...rule.matchAll(/-m (\S+)/g)].every(([, name = '']) => findMatch(name) !== undefined) &&
  [...rule.matchAll(/-j ([A-Z]+)/g)].every(([, name = '']) => findTarget(name) !== undefined);

/** Ports that probes use and rules speak of, so that they meet. */
export const PORTS = [22, 53, 80, 8080, 9999] as const;
export const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;

const not: Text = fc.constantFrom('', '', '', '! ');
const port = fc.constantFrom(...PORTS);
const portRange: Text = fc.oneof(
  { weight: 3, arbitrary: port.map(String) },
  fc.constantFrom('1:1023', '1024:65535', '53:80', '40000:65535'),
);

const address = ({ addresses, prefixes }: Vocabulary): Text =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...prefixes) },
    fc.constantFrom(...addresses).map((one) => `${one}/32`),
  );

/** The part of a rule that needs no module; `hooks` are those that its chain can be asked from. */
export function header(words: Vocabulary, hooks: readonly Hook[]): Text {
  const ins = hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD');
  const outs = hooks.every((hook) => hook === 'OUTPUT' || hook === 'FORWARD' || hook === 'POSTROUTING');
  const device: Text = fc.constantFrom(...words.devices, 'lo', 'eth+');
  const some = (weight: number, arbitrary: Text): Text =>
    fc.oneof({ weight: 10 - weight, arbitrary: fc.constant('') }, { weight, arbitrary });
  const parts = [
    some(
      3,
      fc.tuple(not, address(words)).map(([bang, text]) => `${bang}-s ${text}`),
    ),
    some(
      3,
      fc.tuple(not, address(words)).map(([bang, text]) => `${bang}-d ${text}`),
    ),
    ...(ins
      ? [
          some(
            2,
            fc.tuple(not, device).map(([bang, text]) => `${bang}-i ${text}`),
          ),
        ]
      : []),
    ...(outs
      ? [
          some(
            2,
            fc.tuple(not, device).map(([bang, text]) => `${bang}-o ${text}`),
          ),
        ]
      : []),
  ];
  return fc.tuple(...parts).map(joined);
}

export const joined = (words: readonly string[]): string => words.filter((word) => word !== '').join(' ');

const STATES = ['NEW', 'ESTABLISHED', 'RELATED,ESTABLISHED', 'INVALID', 'UNTRACKED', 'NEW,ESTABLISHED'] as const;
const marks: Text = fc.constantFrom('0x1', '0x2', '0x1/0x1', '0x0/0x2', '0x3/0xff');
export const ICMP_TYPES = ['8', '0', '3/1', '11/0', '13', 'any'] as const;

/** Matches of one protocol. */
const PORTED: Readonly<Record<'tcp' | 'udp', Text>> = {
  tcp: fc.oneof(
    fc.tuple(not, portRange).map(([bang, text]) => `-m tcp ${bang}--dport ${text}`),
    fc.tuple(not, portRange).map(([bang, text]) => `-m tcp ${bang}--sport ${text}`),
    fc.constantFrom(
      '-m tcp --tcp-flags FIN,SYN,RST,ACK SYN',
      '-m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN',
      '-m tcp --tcp-flags ACK ACK',
    ),
  ),
  udp: fc.oneof(
    fc.tuple(not, portRange).map(([bang, text]) => `-m udp ${bang}--dport ${text}`),
    fc.tuple(not, portRange).map(([bang, text]) => `-m udp ${bang}--sport ${text}`),
  ),
};
const multiport: Text = fc
  .tuple(
    not,
    fc.constantFrom('--dports', '--sports', '--ports'),
    fc.uniqueArray(portRange, { minLength: 1, maxLength: 3 }),
  )
  .map(([bang, option, list]) => `-m multiport ${bang}${option} ${list.join(',')}`);

/** `-p` with what may follow it. */
export const protocol: Text = fc.oneof(
  fc.constant(''),
  fc.constantFrom(...PROTOCOLS).map((name) => `-p ${name}`),
  fc.constantFrom(...PROTOCOLS).map((name) => `! -p ${name}`),
  ...(['tcp', 'udp'] as const).map((name) =>
    fc.oneof({ weight: 3, arbitrary: PORTED[name] }, multiport).map((text) => `-p ${name} ${text}`),
  ),
  fc
    .tuple(not, fc.constantFrom(...ICMP_TYPES))
    .map(([bang, type]) => `-p icmp -m icmp ${type === 'any' ? '' : bang}--icmp-type ${type}`),
);

const packetType: Text = fc
  .tuple(not, fc.constantFrom('unicast', 'broadcast', 'multicast'))
  .map(([bang, text]) => `-m pkttype ${bang}--pkt-type ${text}`);

const groupOf = (side: 'src' | 'dst'): Text =>
  fc
    .tuple(not, fc.constantFrom('default', '0x1', '0x1/0x1', '0x2/0x3'))
    .map(([bang, text]) => `-m devgroup ${bang}--${side}-group ${text}`);

/** Options in the order in which they are saved. */
const wayBack: Text = fc
  .tuple(...['--loose', '--validmark', '--accept-local', '--invert'].map((one) => fc.constantFrom('', one)))
  .map((some) => joined(['-m rpfilter', ...some]));

/** A match for any protocol, often none. */
export function match(words: Vocabulary, hooks: readonly Hook[], table: TableName): Text {
  const early = hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD');
  const leaving = hooks.every((hook) => hook === 'FORWARD' || hook === 'OUTPUT' || hook === 'POSTROUTING');
  const late = hooks.every((hook) => hook === 'FORWARD' || hook === 'POSTROUTING');
  const ports = words.ports.length === 0 ? [] : words.ports;
  const first = (table === 'raw' || table === 'mangle') && hooks.every((hook) => hook === 'PREROUTING');
  const choices: readonly Text[] = [
    fc.tuple(not, fc.constantFrom(...STATES)).map(([bang, text]) => `-m state ${bang}--state ${text}`),
    fc
      .tuple(not, fc.constantFrom(...STATES, 'DNAT', 'SNAT'))
      .map(([bang, text]) => `-m conntrack ${bang}--ctstate ${text}`),
    fc.tuple(not, marks).map(([bang, text]) => `-m mark ${bang}--mark ${text}`),
    fc.tuple(not, marks).map(([bang, text]) => `-m connmark ${bang}--mark ${text}`),
    fc
      .tuple(
        not,
        fc.constantFrom('LOCAL', 'UNICAST', 'BROADCAST', 'LOCAL,BROADCAST', 'MULTICAST'),
        fc.constantFrom('--dst-type', '--src-type'),
      )
      .map(([bang, type, option]) => `-m addrtype ${bang}${option} ${type}`),
    fc
      .tuple(not, fc.constantFrom('--src-range', '--dst-range'), fc.constantFrom(...words.addresses))
      .map(([bang, option, one]) => `-m iprange ${bang}${option} ${lowest(one)}-${one}`),
    fc.constantFrom(
      '-m comment --comment "a word"',
      '-m tos --tos 0x00/0xff',
      '-m ttl --ttl-gt 62',
      '-m ttl --ttl-eq 64',
      '-m ttl --ttl-lt 64',
      '-m length --length 0:70',
    ),
    fc.tuple(not, fc.constantFrom('ORIGINAL', 'REPLY')).map(([, text]) => `-m conntrack --ctdir ${text}`),
    fc
      .tuple(not, fc.constantFrom(...words.addresses), fc.constantFrom('--ctorigdst', '--ctorigsrc', '--ctreplsrc'))
      .map(([bang, one, option]) => `-m conntrack ${bang}${option} ${one}`),
    ...(early && ports.length > 0
      ? [fc.tuple(not, fc.constantFrom(...ports)).map(([bang, text]) => `-m physdev ${bang}--physdev-in ${text}`)]
      : []),
    ...(late && ports.length > 0
      ? [
          fc
            .tuple(not, fc.constantFrom(...ports))
            .map(([bang, text]) => `-m physdev ${bang}--physdev-out ${text} --physdev-is-bridged`),
        ]
      : []),
    ...(first ? [wayBack] : []),
    ...(early ? [groupOf('src'), packetType] : []),
    ...(leaving ? [groupOf('dst')] : []),
    ...(hooks.includes('OUTPUT') || ports.length === 0
      ? []
      : [not.map((bang) => `-m physdev ${bang}--physdev-is-bridged`)]),
  ];
  return fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 5, arbitrary: fc.oneof(...choices) });
}

/** The first address of the /24 that an address is in. */
const lowest = (one: string): string => one.replace(/\.\d+$/, '.0');
