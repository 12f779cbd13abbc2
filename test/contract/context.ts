import fc from 'fast-check';
import type { ClassContext, ContextSet, HookName, PacketContext, RuleContext } from '../../src/extension/definition.ts';
import type { Family } from '../../src/packet/field.ts';
import { complement, type Ranges, union } from '../../src/packet/ranges.ts';
import { classLeadsBack, packetLeadsBack } from './way-back.ts';

const A = 0x0a0b0c0d;
const only = (value: number): Ranges => [[value, value]];
const net = (address: number, bits: number): Ranges => [[address, address + 2 ** (32 - bits) - 1]];
type Part = ContextSet['entries'][number]['parts'][number];
const entry = (nomatch: boolean, ...parts: Part[]) => ({ nomatch, parts });
const at = (ranges: Ranges, mask?: number): Part => ({
  kind: 'address',
  ranges,
  ...(mask === undefined ? {} : { mask }),
});
const port = (protocol: number, low: number, high = low): Part => ({ kind: 'port', protocol, ranges: [[low, high]] });

/** One set of every shape; `absent` is none of them. */
const SETS: readonly ContextSet[] = [
  { name: 'addresses', type: 'hash:ip', entries: [entry(false, at(only(A))), entry(false, at(only(A + 2)))] },
  {
    name: 'nets',
    type: 'hash:net',
    entries: [
      entry(false, at(net(0x0a000000, 8))),
      entry(true, at(net(0x0a0b0000, 16))),
      entry(false, at(net(0x0a0b0c00, 24))),
      entry(true, at(only(A))),
    ],
  },
  {
    name: 'services',
    type: 'hash:ip,port',
    entries: [
      entry(false, at(only(A)), port(6, 80)),
      entry(false, at(only(A)), port(17, 53, 60)),
      entry(false, at(only(A)), port(1, 8 * 256)),
      entry(false, at(only(A)), port(1, 3 * 256 + 250, 4 * 256 + 1)),
      entry(false, at(only(A)), port(47, 0)),
    ],
  },
  { name: 'macs', type: 'hash:mac', entries: [entry(false, { kind: 'mac', ranges: only(0x020000000001) })] },
  {
    name: 'marks',
    type: 'hash:ip,mark',
    entries: [entry(false, at(net(0x0a0b0c00, 24)), { kind: 'mark', mask: 0xff, ranges: only(5) })],
  },
  {
    name: 'devices',
    type: 'hash:net,iface',
    entries: [
      entry(false, at(net(0x0a000000, 8)), { kind: 'interface', name: 'eth+', physical: false }),
      entry(true, at(net(0x0a0b0000, 16)), { kind: 'interface', name: 'eth0', physical: false }),
    ],
  },
  {
    name: 'pairs',
    type: 'hash:net,net',
    entries: [
      entry(true, at(net(0x0a0b0c00, 24)), at(net(0x0a000000, 8))),
      entry(false, at(net(0x0a000000, 8)), at(only(A))),
      entry(false, at([[0x0a0b0c00, 0x0a0b0c00]], 0xffffff00), at(net(0xc0a80000, 16))),
    ],
  },
  {
    name: 'physical',
    type: 'hash:net,iface',
    entries: [entry(false, at(net(0, 1)), { kind: 'interface', name: 'e', physical: true })],
  },
  {
    name: 'lists',
    type: 'list:set',
    entries: ['macs', 'addresses', 'nets'].map((name) => entry(false, { kind: 'set', name })),
  },
];

const LOCAL: Ranges = [
  [0x0a0b0c0d, 0x0a0b0c0d],
  [0x7f000000, 0x7fffffff],
];
const BROADCAST: Ranges = [
  [0x0a0b0cff, 0x0a0b0cff],
  [0xffffffff, 0xffffffff],
];
const MULTICAST: Ranges = [[0xe0000000, 0xefffffff]];
const UNICAST = complement(union(union(LOCAL, BROADCAST), MULTICAST), 'dst');

const TYPES = new Map([
  ['LOCAL', LOCAL],
  ['BROADCAST', BROADCAST],
  ['MULTICAST', MULTICAST],
  ['UNICAST', UNICAST],
]);
/** Seen from one interface, 10.11.12.13 is somebody else's. */
const LIMITED = new Map(TYPES).set('LOCAL', LOCAL.slice(1)).set('UNICAST', union(UNICAST, LOCAL.slice(0, 1)));

interface Hooked {
  readonly hook: HookName;
  readonly in?: string;
  readonly out?: string;
  readonly physIn?: string;
  readonly physOut?: string;
  readonly looped?: true;
  readonly misread?: true;
  readonly lengthOpen?: true;
}

/** The group of `br100` has a name that nobody knows the number of. */
const GROUPS: Readonly<Record<string, number>> = { eth0: 0, eth1: 0x80000001, lo: 0xfeedcafe };

const PLACES: readonly Hooked[] = [
  { hook: 'PREROUTING', in: 'eth0' },
  { hook: 'PREROUTING', in: 'br100', physIn: 'eth1' },
  { hook: 'INPUT', in: 'eth1' },
  { hook: 'PREROUTING', in: 'eth1', misread: true },
  { hook: 'PREROUTING', in: 'eth1', lengthOpen: true },
  { hook: 'PREROUTING', in: 'lo', looped: true },
  { hook: 'INPUT', in: 'lo', looped: true },
  { hook: 'INPUT', in: 'br100', physIn: 'vnet0' },
  { hook: 'FORWARD', in: 'eth0', out: 'eth1' },
  { hook: 'FORWARD', in: 'br100', out: 'br100', physIn: 'eth0', physOut: 'vnet0' },
  { hook: 'OUTPUT', out: 'eth0' },
  { hook: 'POSTROUTING', out: 'eth1' },
  { hook: 'POSTROUTING', out: 'br100', physIn: 'vnet0', physOut: 'eth0' },
];

interface Asked {
  readonly asked: string[];
}

/** Where one packet meets a rule. */
export const packetContextAt = (place: Hooked, family: Family = 4): PacketContext & Asked => ({
  ...contextAt(place, family),
  leadsBack: packetLeadsBack(place.in),
});

/** The same place, for all packets. */
export const classContextAt = (place: Hooked, family: Family = 4): ClassContext & Asked => ({
  ...contextAt(place, family),
  leadsBack: classLeadsBack(place.in),
});

/** A place where a rule is asked; `asked` counts the unknowns that were named, in order. */
const contextAt = (place: Hooked, family: Family): RuleContext & Asked => {
  const asked: string[] = [];
  return {
    family,
    node: 'host',
    table: 'mangle',
    ...place,
    bridged: place.physOut !== undefined,
    asked,
    addressTypes: (limitTo) => (limitTo === undefined ? TYPES : LIMITED),
    set: (name) => SETS.find((set) => set.name === name),
    addressesOf: (device) => (device === 'eth1' ? [] : family === 6 ? [0xdeadn] : [0x0a0b0c0d, 0x0a0b0c0e]),
    groupOf: (device) => GROUPS[device ?? ''],
    unknown: (reason) => {
      asked.push(reason);
      return { id: `#${asked.length}`, reason };
    },
  };
};

export const anyPlace: fc.Arbitrary<Hooked> = fc.constantFrom(...PLACES);
