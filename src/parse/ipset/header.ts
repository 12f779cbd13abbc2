import { readMask } from '../../extension/codec/address.ts';
import { readMask6 } from '../../extension/codec/address6.ts';
import type { Read } from '../../extension/codec/codec.ts';
import { readNumber } from '../../extension/codec/number.ts';
import type { Address } from '../../packet/address.ts';
import type { Source, Word } from '../source.ts';

/** What `create NAME TYPE …` says about the entries that follow. */
export interface SetHeader {
  readonly type: string;
  readonly dimensions: readonly Dimension[];
  /** Of IPv6: no packet of IPv4 is ever in it. */
  readonly inet6: boolean;
  /** `netmask` or `bitmask`: packets' addresses are masked before they are looked up. */
  readonly addressMask?: Address;
  readonly markMask?: number;
}

export type Dimension = 'ip' | 'net' | 'port' | 'mac' | 'mark' | 'iface' | 'set';

/** Every type that the kernel has (net/netfilter/ipset/), and the names they had before version 5. */
// biome-ignore format: a table
const TYPES: readonly string[] = [
  'bitmap:ip', 'bitmap:ip,mac', 'bitmap:port',
  'hash:ip', 'hash:mac', 'hash:ip,mac', 'hash:net', 'hash:net,net', 'hash:ip,port', 'hash:net,port', 'hash:ip,port,ip', 'hash:ip,port,net',
  'hash:ip,mark', 'hash:net,port,net', 'hash:net,iface',
  'list:set',
];
// biome-ignore format: a table
const OLD: Readonly<Record<string, string>> = {
  ipmap: 'bitmap:ip', macipmap: 'bitmap:ip,mac', portmap: 'bitmap:port', iphash: 'hash:ip', nethash: 'hash:net',
  ipporthash: 'hash:ip,port', ipportiphash: 'hash:ip,port,ip', ipportnethash: 'hash:ip,port,net', setlist: 'list:set',
};

/** How many words follow each word of a header. */
// biome-ignore format: a table
const LENGTHS: Readonly<Record<string, number>> = {
  family: 1, hashsize: 1, maxelem: 1, netmask: 1, bitmask: 1, markmask: 1, timeout: 1, range: 1, size: 1, bucketsize: 1, initval: 1,
  probes: 1, resize: 1, from: 1, to: 1, gc: 1, counters: 0, comment: 0, skbinfo: 0, forceadd: 0, '-6': 0, '-4': 0, inet: 0, inet6: 0,
};

export const dimensionsOf = (type: string): readonly Dimension[] =>
  type.slice(type.indexOf(':') + 1).split(',') as Dimension[];

/** Reads what follows `create NAME`. */
export function readCreation(source: Source, name: Word, [type, ...rest]: readonly Word[]): SetHeader | undefined {
  if (type === undefined) {
    source.error(
      name,
      `set \`${name.text}\` has no type`,
      `write \`create ${name.text} TYPE …\`, with one of: ${TYPES.join(', ')}`,
    );
    return undefined;
  }
  const known = Object.hasOwn(OLD, type.text) ? OLD[type.text] : TYPES.find((one) => one === type.text);
  if (known === undefined) {
    source.error(type, `no type of sets \`${type.text}\``, `one of: ${TYPES.join(', ')}`);
    return undefined;
  }
  return readHeader(source, known, rest);
}

function readHeader(source: Source, type: string, words: readonly Word[]): SetHeader {
  const said = new Map<string, Word>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    const length = LENGTHS[word.text];
    if (length === undefined)
      source.error(
        word,
        `unknown word \`${word.text}\` in the header of a set`,
        `known here: ${Object.keys(LENGTHS).join(', ')}`,
      );
    said.set(word.text, words[i + (length ?? 0)] ?? word);
    i += length ?? 0;
  }
  const inet6 = said.get('family')?.text === 'inet6' || said.has('-6');
  if (said.has('timeout'))
    source.note(said.get('timeout') as Word, 'timeouts are not modelled: every entry counts as lasting');
  return { type, dimensions: dimensionsOf(type), inet6, ...masksOf(source, said, inet6 ? readMask6 : readMask) };
}

function masksOf(
  source: Source,
  said: ReadonlyMap<string, Word>,
  read: (text: string) => Read<Address>,
): Pick<SetHeader, 'addressMask' | 'markMask'> {
  const address = said.get('netmask') ?? said.get('bitmask');
  const mark = said.get('markmask');
  const addressMask = address === undefined ? undefined : valueOf(source, address, read(address.text));
  const markMask = mark === undefined ? undefined : valueOf(source, mark, readNumber(mark.text, 1, 0xffffffff));
  return {
    ...(addressMask === undefined ? {} : { addressMask }),
    ...(markMask === undefined || markMask === 0xffffffff ? {} : { markMask }),
  };
}

function valueOf<A extends Address>(source: Source, at: Word, read: Read<A>): A | undefined {
  if (!('refused' in read)) return read.value;
  source.error(at, read.refused, read.advice ?? 'write it as `ipset save` prints it');
  return undefined;
}
