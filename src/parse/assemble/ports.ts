import type { Assumption, Place } from '../../packet/place.ts';
import type { SeenInterface } from '../ip/seen.ts';
import { at, type Desk } from './desk.ts';
import { every, first, type Readings } from './facts.ts';

/** Everything that captures other than the listing of interfaces say about ports. */
export interface Ports {
  /** The bridge of each port. */
  readonly masters: ReadonlyMap<string, { readonly bridge: string; readonly place: Place }>;
  /** The names that are known to be bridges. */
  readonly bridges: ReadonlySet<string>;
  readonly hairpin: ReadonlyMap<string, { readonly on: boolean; readonly place: Place }>;
  readonly states: ReadonlyMap<string, string>;
}

/** Gathers what all captures of a node say about ports; two that differ are an error at both places. */
export function collectPorts(seen: readonly SeenInterface[], readings: Readings, desk: Desk): Ports {
  const masters = new Map<string, { bridge: string; place: Place }>();
  const hairpin = new Map<string, { on: boolean; place: Place }>();
  const join = (port: string, bridge: string, place: Place): void => {
    const before = masters.get(port);
    if (before === undefined) masters.set(port, { bridge, place });
    else if (before.bridge !== bridge)
      desk.error(
        place,
        `\`${port}\` is a port of \`${bridge}\` here and of \`${before.bridge}\` at ${at(before.place)}`,
        AGREE,
      );
  };
  const turn = (port: string, on: boolean, place: Place): void => {
    const before = hairpin.get(port);
    if (before === undefined) hairpin.set(port, { on, place });
    else if (before.on !== on)
      desk.error(
        place,
        `hairpin of \`${port}\` is ${on ? 'on' : 'off'} here and ${before.on ? 'on' : 'off'} at ${at(before.place)}`,
        AGREE,
      );
  };
  for (const { value } of every(readings, 'hairpin')) turn(value.port, value.on, value.place);
  const listed = (first(readings, 'ports') ?? []).map((port) => ({ ...port, bridge: port.master }));
  for (const { name, hairpin: on, place } of [...listed, ...seen]) if (on !== undefined) turn(name, on, place);
  for (const { name, bridge, place } of listed) if (bridge !== undefined) join(name, bridge, place);
  for (const { name, master } of seen) if (master !== undefined) join(name, master.name, master.place);
  const bridges = first(readings, 'bridges') ?? [];
  for (const bridge of bridges) for (const port of bridge.ports) join(port.name, bridge.name, port.place);
  const states = new Map(
    [
      ...seen.map(({ name, portState }) => [name, portState] as const),
      ...listed.map(({ name, state }) => [name, state] as const),
    ].flatMap(([name, state]) => (state === undefined ? [] : [[name, state] as const])),
  );
  return {
    masters,
    hairpin,
    states,
    bridges: new Set([...bridges.map(({ name }) => name), ...listed.flatMap(({ bridge }) => bridge ?? [])]),
  };
}

const AGREE = 'captures of one thing must agree: take both at one moment, or leave the wrong one out';

/** A port and its bridge must both be in the listing of interfaces; a bridge's own listing must name the same ports. */
export function checkPorts(seen: readonly SeenInterface[], ports: Ports, readings: Readings, desk: Desk): void {
  const names = new Set(seen.map(({ name }) => name));
  const listing = seen[0]?.place.file ?? '';
  for (const [port, { bridge, place }] of ports.masters) {
    if (place.file === 'network.yaml') continue; // said where it is described
    if (!names.has(bridge))
      desk.error(
        place,
        `\`${port}\` is a port of \`${bridge}\`, which is not in ${listing}`,
        'the capture is not whole: list all interfaces of the node',
      );
    if (!names.has(port))
      desk.error(
        place,
        `\`${port}\` is a port of \`${bridge}\`, but is not in ${listing}`,
        'the capture is not whole: list all interfaces of the node',
      );
  }
  for (const { name, place } of first(readings, 'bridges') ?? [])
    if (!names.has(name))
      desk.error(
        place,
        `bridge \`${name}\` is not in ${listing}`,
        'the capture is not whole: list all interfaces of the node',
      );
  for (const bridge of first(readings, 'bridges') ?? [])
    for (const { name, master } of seen)
      if (master?.name === bridge.name && !bridge.ports.some((port) => port.name === name))
        desk.error(
          master.place,
          `\`${name}\` is a port of \`${bridge.name}\` here, but is not among its ports at ${at(bridge.place)}`,
          AGREE,
        );
  for (const [port, { place }] of ports.hairpin)
    if (!names.has(port))
      desk.error(
        place,
        `a hairpin mode of \`${port}\`, which is not in ${listing}`,
        'the file is named after a port of the node: `hairpin-IFACE.txt`',
      );
}

/** With STP a port may be blocked: where no capture shows the state of the ports, they count as forwarding. */
export const stpAssumptions = (node: string, readings: Readings, { states }: Ports): readonly Assumption[] =>
  (first(readings, 'bridges') ?? [])
    .filter(({ stp, ports }) => stp && ports.some(({ name }) => !states.has(name)))
    .map(({ name }) => ({
      node,
      text: `the ports of ${name}, which runs STP, forward (no capture shows their state)`,
    }));
