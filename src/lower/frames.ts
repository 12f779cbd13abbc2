import { any, equals, masked, not, sameSlots, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot, Steps } from '../ir/program.ts';
import type { FrameTableName } from '../network/frame-rules.ts';
import type { Interface, Node } from '../network/network.ts';
import type { Origin } from '../packet/place.ts';
import { only } from '../packet/ranges.ts';
import { frameChain, type Judged } from './frame-chain.ts';
import { ordersOutput, usesOf } from './frame-change.ts';
import { TYPE } from './frame-contents.ts';
import { type FramePlace, isLegacy } from './frame-test.ts';
import type { Frame } from './link.ts';
import { dropped, filter, set, split, type Then, type Walk } from './walk.ts';

/** A bridge, and the ports by which a frame is on it: the one that it came in by, the one that it goes out by. */
export interface Ports {
  readonly node: Node;
  readonly bridge: Interface;
  readonly in?: string;
  readonly out?: string;
  readonly tag?: number;
}

/** What follows, and whom the frame is for then. */
export type On = (walk: Walk, frame: Frame) => Steps;

/** What ebtables asks of a frame between two of br_netfilter's hooks, in the order of the priorities (NF_BR_PRI_…). */
export type Asked = readonly [table: FrameTableName, chain: string];

const ASKED = {
  prerouting: [['nat', 'PREROUTING']],
  input: [['filter', 'INPUT']],
  forward: [['filter', 'FORWARD']],
  postrouting: [['nat', 'POSTROUTING']],
  output: [
    ['nat', 'OUTPUT'],
    ['filter', 'OUTPUT'],
    ['nat', 'POSTROUTING'],
  ],
  'output by nft': [
    ['filter', 'OUTPUT'],
    ['nat', 'OUTPUT'],
    ['nat', 'POSTROUTING'],
  ],
} as const satisfies Record<string, readonly Asked[]>;

/** The chains of what a node sends, in each order that they may have. */
export function outputOrders({
  node,
}: Ports): readonly { readonly when: Predicate; readonly chains: readonly Asked[] }[] {
  const both = node.frameRules !== undefined && ordersOutput(node.frameRules);
  const legacy = both ? isLegacy(node) : TRUE;
  return [
    { when: legacy, chains: ASKED.output },
    ...(both ? [{ when: not(legacy), chains: ASKED['output by nft'] }] : []),
  ];
}

/** A frame comes in at a port: BROUTING decides whether it is bridged at all (ebt_broute). */
export function brouting(walk: Walk, ports: Ports, frame: Frame, routed: On, bridged: On): Steps {
  const go: Then = (on) => {
    const judged = visit(on, ports, ['broute', 'BROUTING']);
    if (judged === undefined) return bridged(on, frame);
    const { steps, walk: after, accepted } = judged;
    if (after === undefined) return steps;
    const rest = readdressed(ports, 'broute', frame, (here, to) =>
      split(here, [{ when: accepted, then: (bridging) => bridged(bridging, to) }], (host) => routed(host, to)),
    );
    return [...steps, ...rest(after)];
  };
  return typed(walk, ports, 'macDst', (on) => saved(on, ports, 'broute', go));
}

/** A bridged frame passes what ebtables asks at one place; what it drops ends there. */
export const asked = (
  walk: Walk,
  ports: Ports,
  where: Exclude<keyof typeof ASKED, `output${string}`>,
  frame: Frame,
  then: On,
): Steps => (ports.node.frameRules === undefined ? then(walk, frame) : pass(walk, ports, ASKED[where], frame, then));

/** The same for a frame of the node's own. */
export function askedOutput(walk: Walk, ports: Ports, frame: Frame, then: On): Steps {
  if (ports.node.frameRules === undefined) return then(walk, frame);
  const ways = outputOrders(ports).map(({ when, chains }) => ({
    when,
    then: (on: Walk) => pass(on, ports, chains, frame, then),
  }));
  const [first, ...others] = ways;
  return typed(walk, ports, ports.bridge.mac, (on) =>
    split(on, first === undefined ? [] : [first], others[0]?.then ?? ((here) => then(here, frame))),
  );
}

function pass(walk: Walk, ports: Ports, [head, ...rest]: readonly Asked[], frame: Frame, then: On): Steps {
  if (head === undefined) return then(walk, frame);
  const [table, chain] = head;
  return saved(walk, ports, table, (on) => {
    const judged = visit(on, ports, head);
    if (judged === undefined) return pass(on, ports, rest, frame, then);
    const { steps, walk: after, accepted } = judged;
    if (after === undefined) return steps;
    const place = ports.node.frameRules?.get(table)?.get(chain)?.place;
    const origin: Origin = { node: ports.node.name, text: `${table} ${chain}`, ...(place && { place }) };
    const next = readdressed(ports, table, frame, (here, to) => pass(here, ports, rest, to, then));
    return [...steps, ...filter(after, accepted, dropped(ports.node, 'rule'), next, origin)];
  });
}

/** Asks a built-in chain, if it says anything. */
function visit(walk: Walk, ports: Ports, [table, name]: Asked): Judged | undefined {
  const chains = ports.node.frameRules?.get(table);
  const chain = chains?.get(name);
  if (chains === undefined || chain === undefined) return undefined;
  if (chain.rules.length === 0 && chain.policy !== 'DROP') return undefined;
  return frameChain({ ...walk, visits: walk.visits + 1 }, placeOf(ports, table, name), chain, chains);
}

/** Behind the bridge nobody sees any more where a frame came in (br_forward_finish). */
export function placeOf({ in: port, ...ports }: Ports, table: string, chain: string): FramePlace {
  if (port === undefined) return { ...ports, table, chain };
  return { ...ports, table, chain, port, ...(chain === 'POSTROUTING' ? {} : { in: port }) };
}

/** What the destination was before a table that may change it. */
const before = ({ node }: Ports): Slot => `macDst@${node.name}/frame`;

const mayAim = ({ node: { frameRules } }: Ports, table: FrameTableName): boolean =>
  frameRules !== undefined && table !== 'filter' && usesOf(frameRules).aims;

const saved = (walk: Walk, ports: Ports, table: FrameTableName, then: Then): Steps =>
  mayAim(ports, table) ? set(walk, { [before(ports)]: 'macDst' }, then) : then(walk);

/** A new destination is nobody that was known before. */
const readdressed =
  (ports: Ports, table: FrameTableName, frame: Frame, then: On): Then =>
  (walk) =>
    mayAim(ports, table)
      ? split(walk, [{ when: sameSlots('macDst', before(ports)), then: (on) => then(on, frame) }], (on) =>
          then(on, { ...frame, to: { kind: 'open' } }),
        )
      : then(walk, frame);

/** Remembers by which address a frame is taken as for the host, where anything asks for that. */
const typed = (walk: Walk, { node: { frameRules } }: Ports, as: number | Slot, then: Then): Steps =>
  frameRules !== undefined && usesOf(frameRules).types ? set(walk, { [TYPE]: as }, then) : then(walk);

/** A frame that nat made one for others: the bridge takes it up, and its own stack leaves it (ip_rcv: PACKET_OTHERHOST). */
export function isForHost({ node, bridge, in: port }: Ports): Predicate | undefined {
  if (node.frameRules === undefined || !usesOf(node.frameRules).aims) return undefined;
  const own = node.interfaces.filter(({ name }) => name === bridge.name || name === port);
  return any(...own.map(({ mac }) => equals(TYPE, mac)), masked(TYPE, 2 ** 40, only(2 ** 40)));
}

/** The frame is the host's from here on, whatever it was taken as before (br_nf_pre_routing_finish). */
export const retyped = (walk: Walk, { node, bridge }: Ports, then: Then): Steps =>
  node.frameRules !== undefined && usesOf(node.frameRules).types ? set(walk, { [TYPE]: bridge.mac }, then) : then(walk);
