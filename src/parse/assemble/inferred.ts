import type { Interface } from '../../network/network.ts';
import type { Place } from '../../packet/place.ts';
import type { SeenInterface } from '../ip/seen.ts';
import type { Desk } from './desk.ts';
import { every, type Readings } from './facts.ts';
import { type Assembled, assembleInterfaces } from './interfaces.ts';

/**
 * The interfaces of a node whose listing is missing: those that its other captures name, up and without an address. What
 * they are and have is not known, so that nothing is decided there.
 */
export function inferred(node: string, readings: Readings, desk: Desk): Assembled {
  const places = new Map<string, Place>();
  const name = (device: string, place: Place | undefined): void => {
    if (!places.has(device) && device !== 'lo' && place !== undefined) places.set(device, place);
  };
  for (const { value } of every(readings, 'routes'))
    for (const { nextHops, place } of value.routes) for (const { device } of nextHops) name(device, place);
  for (const { value } of every(readings, 'ports')) for (const port of value) name(port.name, port.place);
  for (const { value } of every(readings, 'bridges'))
    for (const bridge of value) for (const one of [bridge, ...bridge.ports]) name(one.name, one.place);
  for (const { value } of every(readings, 'hairpin')) name(value.port, value.place);
  for (const { value } of every(readings, 'neighbours')) for (const { device, place } of value) name(device, place);
  const seen = [...places].map(
    ([device, place]): SeenInterface => ({
      name: device,
      flags: new Set(['UP']),
      mtu: 1500,
      addresses: [],
      unmodelled: [],
      place,
    }),
  );
  const file = every(readings, 'routes')[0]?.file ?? [...places.values()][0]?.file ?? `${node}/`;
  const assembled = assembleInterfaces(node, { ...readings, interfaces: [{ file, value: seen, strange: 0 }] }, desk);
  const names = seen.map((one: Pick<Interface, 'name'>) => one.name);
  const text =
    names.length === 0
      ? 'no interfaces but lo (no capture lists them)'
      : `interfaces ${names.join(', ')}, up and without addresses (other captures name them, none lists them)`;
  return { ...assembled, assumptions: [...assembled.assumptions, { node, text }] };
}
