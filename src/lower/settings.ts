import { all, any, FALSE, not, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import { sysctl } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import type { Known } from '../network/unknown.ts';
import type { Assumption } from '../packet/place.ts';

/** Where it is written down that something was taken for granted. */
export interface Recorder {
  /** In the order in which they were met; the same text may be there twice. */
  readonly assumptions: Set<Assumption>;
}

export function assuming({ assumptions }: Recorder, one: Assumption | undefined): void {
  if (one !== undefined) assumptions.add(one);
}

/** Whatever the readers of a node's captures took for granted goes for every packet that comes there. */
export function visiting(on: Recorder, { assumptions }: Node): void {
  for (const one of assumptions) assuming(on, one);
}

/** What a setting that nobody knows may be, where it is more than on or off. */
const VALUES: Readonly<Record<string, readonly number[]>> = {
  rp_filter: [0, 1, 2],
  arp_ignore: [0, 1, 2, 3, 8],
  arp_announce: [0, 1, 2],
};
const BOOLEAN: readonly number[] = [0, 1];

const shown = new WeakMap<Node, Map<string, Known<number>>>();

/** A setting as the snapshot has it. */
export function setting(on: Recorder, node: Node, key: string): Known<number> {
  const read = shown.get(node) ?? new Map<string, Known<number>>();
  shown.set(node, read);
  const found = read.get(key) ?? sysctl(node, key);
  read.set(key, found);
  if (found.kind === 'known') assuming(on, found.assumption);
  return found;
}

/**
 * Whether a setting has such a value. One that nobody knows has the same value for the whole exchange: the first of its
 * possible values whose unknown is true, else the last.
 */
export function test(on: Recorder, node: Node, key: string, fits: (value: number) => boolean): Predicate {
  const found = setting(on, node, key);
  if (found.kind === 'known') return fits(found.value) ? TRUE : FALSE;
  return among(`${node.name} ${key}`, found.reason, VALUES[key.slice(key.lastIndexOf('.') + 1)] ?? BOOLEAN, fits);
}

function among(id: string, reason: string, values: readonly number[], fits: (value: number) => boolean): Predicate {
  if (values.every(fits)) return TRUE;
  const bits = values.slice(0, -1).map((value) => unknownBit({ id: `${id} = ${value}`, reason }));
  return any(
    ...values.flatMap((value, i) => (fits(value) ? [all(...bits.slice(0, i).map(not), ...bits.slice(i, i + 1))] : [])),
  );
}

export const flag = (on: Recorder, node: Node, key: string): Predicate => test(on, node, key, (value) => value !== 0);

const of = (device: string, key: string): string => `net.ipv4.conf.${device}.${key}`;

/** `conf/all` or `conf/DEVICE` (IN_DEV_ORCONF). */
export function either(on: Recorder, node: Node, device: string, key: string): Predicate {
  const everywhere = flag(on, node, of('all', key));
  return everywhere.kind === 'true' ? TRUE : any(everywhere, flag(on, node, of(device, key)));
}

/** Whether the greater of `conf/all` and `conf/DEVICE` is such a value (IN_DEV_MAXCONF). */
export function greater(
  on: Recorder,
  node: Node,
  device: string,
  key: string,
  fits: (value: number) => boolean,
): Predicate {
  const values = VALUES[key] ?? BOOLEAN;
  const [general, here] = [setting(on, node, of('all', key)), setting(on, node, of(device, key))];
  if (general.kind === 'known') return test(on, node, of(device, key), (value) => fits(Math.max(value, general.value)));
  if (here.kind === 'known') return test(on, node, of('all', key), (value) => fits(Math.max(value, here.value)));
  return any(
    ...values.map((one) =>
      all(
        test(on, node, of('all', key), (value) => value === one),
        test(on, node, of(device, key), (value) => fits(Math.max(value, one))),
      ),
    ),
  );
}

/** What is known to hold or not, or else one free Boolean of this name. */
export function whether(on: Recorder, of: Known<boolean>, id: string): Predicate {
  if (of.kind === 'unknown') return unknownBit({ id, reason: of.reason });
  assuming(on, of.assumption);
  return of.value ? TRUE : FALSE;
}

/** Whether a port sends frames back where they came from. */
export function hairpin(on: Recorder, node: Node, { name, hairpin: of }: Interface): Predicate {
  return whether(on, of, `${node.name} ${name} hairpin`);
}
