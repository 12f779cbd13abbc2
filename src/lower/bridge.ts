import { all, equals, not, sameSlots, TRUE } from '../ir/predicate.ts';
import type { Slot, Steps } from '../ir/program.ts';
import { portsOf } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import { confirmUp } from './confirm.ts';
import { asked, askedOutput, brouting, isForHost, type On, type Ports, retyped } from './frames.ts';
import { unmodelledAt } from './hidden.ts';
import { traverse } from './hook.ts';
import { input } from './host.ts';
import { inputRoute } from './incoming.ts';
import { aim, type Frame, routed, transmit } from './link.ts';
import { neighbour } from './neighbour.ts';
import { isUsable, leadsTo, type Station, segmentOf, vlanOn } from './segment.ts';
import { flag, hairpin, visiting } from './settings.ts';
import { inputRoute as routeSix } from './six/incoming.ts';
import { copies, drop, isSix, lost, lostTo, set, split, type Then, type Walk, type Way } from './walk.ts';

/** A bridge, a port of it where a frame came in, and whether br_netfilter shows the frame to iptables. */
interface Crossing {
  readonly node: Node;
  readonly bridge: Interface;
  readonly port: Interface;
  readonly filtered: boolean;
}

/** A frame comes in at a port of a bridge (br_handle_frame). */
export function bridgeIn(walk: Walk, node: Node, bridge: Interface, port: Interface, frame: Frame): Steps {
  visiting(walk.at, node);
  if (!bridge.up) return drop(walk, node, 'interface down');
  const other = unmodelledAt(node, 'bridge');
  if (other !== undefined) return lostTo(walk, node, other);
  const bridged: On = (on, to) => enter(on, node, bridge, port, to);
  if (node.frameRules === undefined) return bridged(walk, frame);
  const ports = portsAt({ node, bridge, port }, frame);
  return brouting(
    walk,
    ports,
    frame,
    (on, to) => routed(on, node, port, to),
    (on, to) => asked(on, ports, 'prerouting', to, bridged),
  );
}

const portsAt = ({ node, bridge, port }: Omit<Crossing, 'filtered'>, { tag }: Frame, out?: Interface): Ports => ({
  node,
  bridge,
  in: port.name,
  ...(out === undefined ? {} : { out: out.name }),
  ...(tag === undefined ? {} : { tag }),
});

/** br_netfilter shows the frame to iptables, or does not. */
function enter(walk: Walk, node: Node, bridge: Interface, port: Interface, frame: Frame): Steps {
  const tagged = frame.tag !== undefined;
  const called = flag(walk.at, node, `net.bridge.bridge-nf-call-${isSix(walk) ? 'ip6tables' : 'iptables'}`);
  const shown = tagged ? all(called, flag(walk.at, node, 'net.bridge.bridge-nf-filter-vlan-tagged')) : called;
  const go =
    (filtered: boolean): Then =>
    (on) =>
      prerouting(on, { node, bridge, port, filtered }, frame);
  return split(walk, [{ when: shown, then: go(true) }], go(false));
}

/** What the destination was before PREROUTING (br_nf_pre_routing: `ipv4_daddr`). */
const before = (node: Node): Slot => `dst@${node.name}/bridge`;

function prerouting(walk: Walk, crossing: Crossing, frame: Frame): Steps {
  const { node, bridge, port, filtered } = crossing;
  if (!filtered) return decide(walk, crossing, frame);
  const place = { node, hook: 'PREROUTING', in: bridge.name, physIn: port.name, bridged: false } as const;
  const changed: Then = (on) => redirected(on, crossing, frame);
  return set(walk, { [before(node)]: 'dst' }, (saved) =>
    traverse(saved, place, (on) =>
      split(on, [{ when: not(sameSlots('dst', before(node))), then: changed }], (same) =>
        decide(same, crossing, frame),
      ),
    ),
  );
}

/** nat changed the destination: a new route decides whether the frame leaves the bridge (br_nf_pre_routing_finish). */
function redirected(walk: Walk, crossing: Crossing, frame: Frame): Steps {
  const { node, bridge, port } = crossing;
  const ports = portsAt(crossing, frame);
  const taken: Then = (on) =>
    input(on, node, { device: bridge.name, group: false, prerouted: true, physIn: port.name });
  const own: Then = (on) => retyped(on, ports, (here) => asked(here, ports, 'input', frame, (passed) => taken(passed)));
  const find = isSix(walk) ? routeSix : inputRoute;
  return find(walk, node, bridge.name, (on, route) => {
    // a route of IPv6 that fails ends it here (br_nf_pre_routing_finish_ipv6)
    if (isSix(on) && route.kind === 'failed') return drop(on, node, route.reason, route.origin);
    if (isSix(on) && route.kind === 'unknown') return lost(on, node, `${node.name} routes`, route.reason);
    if (route.kind !== 'forward' || route.device !== bridge.name) return set(on, { macDst: bridge.mac }, own);
    return neighbour(on, node, bridge, route.nextHop, (found, to) => decide(found, crossing, { ...frame, to }));
  });
}

/** By its MAC address: up, out of a port, or both (br_handle_frame_finish). */
function decide(walk: Walk, crossing: Crossing, frame: Frame): Steps {
  const { node, bridge, port } = crossing;
  const self: Station = { node: node.name, interface: bridge.name, mac: bridge.mac };
  const known = segmentOf(walk.at.network, node, bridge, frame.tag).arrivals.map(({ station }) => station);
  return aim(walk, frame, [self, ...known], (on, aimed) => {
    switch (aimed.to.kind) {
      case 'group':
        return flood(on, crossing, aimed, true);
      case 'station':
        return isOwn(aimed.to.station, crossing)
          ? up(on, crossing, aimed)
          : towards(on, crossing, aimed, aimed.to.station);
      case 'exit':
        return towards(on, crossing, aimed, aimed.to.exit);
      case 'stranger':
      case 'open':
        return stranger(on, crossing, aimed, port);
    }
  });
}

/** The bridge itself, or a vlan on it. */
const isOwn = ({ node: name, interface: at, mac }: Station, { node, bridge }: Crossing): boolean =>
  name === node.name &&
  (at === bridge.name ||
    (mac === bridge.mac && node.interfaces.some(({ vlan, name: one }) => one === at && vlan?.parent === bridge.name)));

/** The address of a port is local to the bridge as well, but the packet is for the host only if it came in by that port. */
function stranger(walk: Walk, crossing: Crossing, frame: Frame, port: Interface): Steps {
  const { node, bridge } = crossing;
  const others = portsOf(node, bridge.name).filter(({ name }) => name !== port.name);
  return split(
    walk,
    [
      { when: equals('macDst', port.mac), then: (on) => up(on, crossing, frame) },
      ...others.map(({ mac }) => ({ when: equals('macDst', mac), then: (on: Walk) => notForMe(on, crossing, frame) })),
    ],
    (on) => flood(on, crossing, frame, false),
  );
}

const notForMe = (walk: Walk, crossing: Crossing, frame: Frame): Steps =>
  asked(walk, portsAt(crossing, frame), 'input', frame, (on) => drop(on, crossing.node, 'not for me'));

/** To the host's own stack (br_pass_frame_up), by INPUT. */
function up(walk: Walk, crossing: Crossing, frame: Frame): Steps {
  const ports = portsAt(crossing, frame);
  return asked(walk, ports, 'input', frame, (on) => {
    const host = isForHost(ports);
    const others: Then = (here) => drop(here, crossing.node, 'not for me');
    return host === undefined
      ? take(on, crossing, frame)
      : split(on, [{ when: host, then: (here) => take(here, crossing, frame) }], others);
  });
}

function take(walk: Walk, { node, bridge, port, filtered }: Crossing, { to, tag }: Frame): Steps {
  const vlan = tag === undefined ? bridge : vlanOn(node, bridge, tag);
  if (vlan === undefined) return drop(walk, node, 'not for me');
  if (!vlan.up) return drop(walk, node, 'interface down');
  const group = to.kind === 'group';
  const shown = filtered ? { prerouted: true, physIn: port.name } : { prerouted: false };
  const go: Then = (on) => input(on, node, { device: vlan.name, group, ...shown });
  return filtered && group ? confirmUp(walk, node, go) : go(walk);
}

/** Out of the port behind which somebody lives; out of all, where nobody knows. */
function towards(
  walk: Walk,
  crossing: Crossing,
  frame: Frame,
  to: { readonly node: string; readonly interface: string },
): Steps {
  const { node, bridge } = crossing;
  const { network } = walk.at;
  const out = portsOf(node, bridge.name).find((port) => isUsable(port) && leadsTo(network, node, port, to, frame.tag));
  return out === undefined ? flood(walk, crossing, frame, false) : forward(walk, crossing, out, frame);
}

function flood(walk: Walk, crossing: Crossing, frame: Frame, group: boolean): Steps {
  const { node, bridge, port } = crossing;
  const go =
    (back: boolean): Then =>
    (on) => {
      const ports = portsOf(node, bridge.name).filter((out) => isUsable(out) && (back || out.name !== port.name));
      const out = ports.map((one) => (copy: Walk) => pass(copy, crossing, one, frame));
      const ways = group ? [(copy: Walk) => up(copy, crossing, frame), ...out] : out;
      return ways.length === 0 ? drop(on, node, 'no port') : copies(on, ways);
    };
  return split(walk, [{ when: hairpin(walk.at, node, port), then: go(true) }], go(false));
}

/** A frame does not go back where it came from, unless the port has hairpin on (should_deliver). */
function forward(walk: Walk, crossing: Crossing, out: Interface, frame: Frame): Steps {
  const { node, port } = crossing;
  const allowed = out.name === port.name ? hairpin(walk.at, node, out) : TRUE;
  return split(walk, [{ when: allowed, then: (on) => pass(on, crossing, out, frame) }], (on) =>
    drop(on, node, 'no port'),
  );
}

/** ebtables' FORWARD before iptables', then their POSTROUTING in the same order (NF_BR_PRI_LAST). */
function pass(walk: Walk, crossing: Crossing, out: Interface, frame: Frame): Steps {
  const { node, bridge, port, filtered } = crossing;
  const ports = portsAt(crossing, frame, out);
  const phys = { node, physIn: port.name, physOut: out.name, bridged: true, out: bridge.name };
  const shown = (on: Walk, hook: 'FORWARD' | 'POSTROUTING', then: Then): Steps =>
    filtered ? traverse(on, { ...phys, hook, ...(hook === 'FORWARD' ? { in: bridge.name } : {}) }, then) : then(on);
  return asked(walk, ports, 'forward', frame, (on) =>
    shown(on, 'FORWARD', (here) =>
      asked(here, ports, 'postrouting', frame, (passed) =>
        shown(passed, 'POSTROUTING', (sent) => transmit(sent, node, out, frame)),
      ),
    ),
  );
}

/** What the node itself sends by the bridge (br_dev_xmit): iptables has seen it, ebtables sees it at each port. */
export function bridgeOut(walk: Walk, node: Node, bridge: Interface, frame: Frame): Steps {
  visiting(walk.at, node);
  if (!bridge.up) return drop(walk, node, 'interface down');
  const other = unmodelledAt(node, 'bridge');
  if (other !== undefined) return lostTo(walk, node, other);
  const { network } = walk.at;
  const ports = portsOf(node, bridge.name).filter(isUsable);
  const known = segmentOf(network, node, bridge, frame.tag).arrivals.map(({ station }) => station);
  return aim(walk, frame, known, (on, aimed) => {
    const { to } = aimed;
    const place = to.kind === 'station' ? to.station : to.kind === 'exit' ? to.exit : undefined;
    const right = place && ports.find((port) => leadsTo(network, node, port, place, aimed.tag));
    const by = (out: readonly Interface[]): Then => {
      return (here) => (out.length === 0 ? drop(here, node, 'no port') : sendByAll(here, { node, bridge }, out, aimed));
    };
    if (right !== undefined) return by([right])(on);
    return to.kind === 'stranger' ? split(on, ownWays(node, bridge, by), by(ports)) : by(ports)(on);
  });
}

/** The addresses of ports are known to be theirs: a frame to one leaves by it, one to the bridge itself by none (measured). */
const ownWays = (node: Node, bridge: Interface, by: (out: readonly Interface[]) => Then): readonly Way[] => [
  { when: equals('macDst', bridge.mac), then: by([]) },
  ...portsOf(node, bridge.name).map((port) => ({
    when: equals('macDst', port.mac),
    then: by([port].filter(isUsable)),
  })),
];

const sendByAll = (walk: Walk, from: Sender, out: readonly Interface[], frame: Frame): Steps =>
  copies(
    walk,
    out.map((port) => (copy: Walk) => sendBy(copy, from, port, frame)),
  );

interface Sender {
  readonly node: Node;
  readonly bridge: Interface;
}

/** The port is chosen before OUTPUT may change the destination. */
function sendBy(walk: Walk, { node, bridge }: Sender, port: Interface, frame: Frame): Steps {
  const ports: Ports = { node, bridge, out: port.name, ...(frame.tag === undefined ? {} : { tag: frame.tag }) };
  return askedOutput(walk, ports, frame, (on, to) => transmit(on, node, port, to));
}
