import fc from 'fast-check';
import type { WorldNode } from './world.ts';

/** A change to one node that makes its network a little less tidy. */
type Tweak = (node: WorldNode) => WorldNode;

const STRANGER = '02:00:00:00:ff:01';
const identity: Tweak = (node) => node;

const route =
  (text: string): Tweak =>
  (node) => ({ ...node, routes: [...node.routes, text] });
const policy =
  (text: string): Tweak =>
  (node) => ({
    ...node,
    policies: [...node.policies, text].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
  });
const neighbour =
  (text: string): Tweak =>
  (node) => ({ ...node, neighbours: [...node.neighbours, text] });
const change =
  (device: string, more: Partial<WorldNode['interfaces'][string]>): Tweak =>
  (node) => {
    const one = node.interfaces[device];
    return one === undefined ? node : { ...node, interfaces: { ...node.interfaces, [device]: { ...one, ...more } } };
  };

const PREFIXES = ['192.0.2.0/24', '10.99.99.0/24', '10.2.0.0/25', '10.1.0.64/26', '198.51.100.7'] as const;
const NOWHERE = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const;

/** Gateways that the node's own routes name, with their devices. */
const gatewaysOf = ({ routes }: WorldNode): readonly string[] =>
  routes.flatMap((text) => / (via \S+ dev \S+)$/.exec(text)?.[1] ?? []);

/** Changes that fit a node; each is drawn as a whole, so that it shrinks away as a whole. */
function tweaksFor(node: WorldNode): readonly (readonly [text: string, tweak: Tweak])[] {
  const devices = Object.entries(node.interfaces);
  const routed = devices.filter(([, { addresses, up }]) => addresses.length > 0 && up !== false);
  const gateways = gatewaysOf(node);
  const named = (text: string, tweak: Tweak): readonly [string, Tweak] => [text, tweak];
  return [
    ...PREFIXES.flatMap((prefix) => NOWHERE.map((type) => named(`${type} ${prefix}`, route(`${type} ${prefix}`)))),
    ...PREFIXES.flatMap((prefix) =>
      gateways.flatMap((way) => [
        named(`${prefix} ${way}`, route(`${prefix} ${way}`)),
        named(`${prefix} tos ${way}`, route(`${prefix} tos 0x10 ${way}`)),
        named(`${prefix} metric ${way}`, route(`${prefix} ${way} metric 50`)),
      ]),
    ),
    ...PREFIXES.flatMap((prefix) =>
      routed.map(([device]) => named(`${prefix} dev ${device}`, route(`${prefix} dev ${device} scope link`))),
    ),
    named('local 10.99.99.0/24', route('local 10.99.99.0/24 dev lo table local scope host')),
    named('not from 10.1.0.0/24', policy('200:\tnot from 10.1.0.0/24 lookup 200')),
    named('unreachable rule', policy('201:\tfrom all to 192.0.2.0/24 unreachable')),
    named('fwmark rule', policy('202:\tfrom all fwmark 0x1/0x1 prohibit')),
    named('udp rule', policy('203:\tfrom all ipproto udp dport 53 lookup 200')),
    named('iif rule', policy('204:\tfrom all iif eth0 lookup 200')),
    named('suppress rule', policy('205:\tfrom all lookup main suppress_prefixlength 0')),
    ...gateways.map((way) => named('table 200', route(`default ${way} table 200`))),
    ...devices.flatMap(([device, { addresses }]) => [
      named(`${device} group`, change(device, { group: 1 })),
      named(`${device} down`, change(device, { up: false })),
      ...addresses
        .slice(0, 1)
        .flatMap((text) => [
          named(
            `${device} second address`,
            change(device, { addresses: [...addresses, text.replace(/\.\d+\//, '.200/')] }),
          ),
          named(`${device} stranger`, neighbour(`${text.replace(/\.\d+\/.*/, '.77')} ${device} ${STRANGER}`)),
        ]),
    ]),
    named('loopback address', (of) => ({ ...of, loopback: [...new Set([...of.loopback, '10.99.99.99/32'])] })),
  ];
}

/** Up to two changes of one node, mostly none. */
export function tweaked(node: WorldNode, chance: number): fc.Arbitrary<WorldNode> {
  const all = tweaksFor(node);
  const some = fc.uniqueArray(fc.nat(all.length - 1), { maxLength: 2 });
  const chosen = fc.oneof({ weight: 10 - chance, arbitrary: fc.constant([]) }, { weight: chance, arbitrary: some });
  return chosen.map((list) => list.reduce((of, n) => (all[n]?.[1] ?? identity)(of), node));
}
