import { unknownBit } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import { sysctl } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import type { Known } from '../network/unknown.ts';
import { assuming, split, type Walk, type Way } from './walk.ts';

/** Reads settings as plain numbers. @throws Missing for one that nobody knows: {@link withSettings} then tries each value */
export interface Settings {
  readonly flag: (node: Node, key: string) => boolean;
  readonly number: (node: Node, key: string) => number;
  /** `conf/all` or `conf/DEVICE`: IN_DEV_ORCONF. */
  readonly either: (node: Node, device: string, key: string) => boolean;
  /** The greater of `conf/all` and `conf/DEVICE`: IN_DEV_MAXCONF. */
  readonly greater: (node: Node, device: string, key: string) => number;
  readonly hairpin: (node: Node, port: Interface) => boolean;
}

class Missing extends Error {
  readonly id: string;
  readonly reason: string;
  readonly values: readonly number[];
  constructor(id: string, reason: string, values: readonly number[]) {
    super(reason);
    this.id = id;
    this.reason = reason;
    this.values = values;
  }
}

/** What a setting that nobody knows may be, where it is more than on or off. */
const VALUES: Readonly<Record<string, readonly number[]>> = {
  rp_filter: [0, 1, 2],
  arp_ignore: [0, 1, 2, 3, 8],
  arp_announce: [0, 1, 2],
  ip_default_ttl: [64, 128, 255],
};
const BOOLEAN: readonly number[] = [0, 1];

/**
 * Does what needs settings; where one is not known, once for each value that it may have. An unknown setting has one
 * value for the whole exchange.
 */
export function withSettings<T>(
  walk: Walk,
  read: (settings: Settings) => T,
  then: (walk: Walk, of: T) => Steps,
): Steps {
  let result: T;
  try {
    result = read(settingsOf(walk));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return tryEach(walk, error, (on) => withSettings(on, read, then));
  }
  return then(walk, result);
}

function tryEach(walk: Walk, { id, reason, values }: Missing, then: (walk: Walk) => Steps): Steps {
  const as = (value: number) => (on: Walk) => then({ ...on, settings: new Map([...on.settings, [id, value]]) });
  const ways = values
    .slice(0, -1)
    .map((value): Way => ({ when: unknownBit({ id: `${id} = ${value}`, reason }), then: as(value) }));
  return split(walk, ways, as(values.at(-1) ?? 0));
}

function settingsOf(walk: Walk): Settings {
  const read = <T>(id: string, of: Known<T>, values: readonly number[], from: (value: number) => T): T => {
    if (of.kind === 'known') {
      assuming(walk.at, of.assumption);
      return of.value;
    }
    const decided = walk.settings.get(id);
    if (decided === undefined) throw new Missing(id, of.reason, values);
    return from(decided);
  };
  const number = (node: Node, key: string): number =>
    read(
      `${node.name} ${key}`,
      sysctl(node, key),
      VALUES[key.slice(key.lastIndexOf('.') + 1)] ?? BOOLEAN,
      (value) => value,
    );
  const of = (node: Node, device: string, key: string): number => number(node, `net.ipv4.conf.${device}.${key}`);
  return {
    number,
    flag: (node, key) => number(node, key) !== 0,
    either: (node, device, key) => of(node, 'all', key) !== 0 || of(node, device, key) !== 0,
    greater: (node, device, key) => Math.max(of(node, 'all', key), of(node, device, key)),
    hairpin: (node, port) => read(`${node.name} ${port.name} hairpin`, port.hairpin, BOOLEAN, (value) => value !== 0),
  };
}
