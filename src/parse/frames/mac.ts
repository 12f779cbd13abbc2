import { andThen, type Read, refused, value } from '../../extension/codec/codec.ts';
import type { MaskedMac } from '../../network/frame-rules.ts';
import { BROADCAST_MAC, parseMac, printMac } from '../../packet/address.ts';
import type { FrameCodec } from './codec.ts';

const GROUP_BIT = 0x010000000000;

/** Names of groups of addresses (ebtables(8), `-s`), and the one that STP is sent to. */
const NAMED: Readonly<Record<string, MaskedMac>> = {
  Unicast: { address: 0, mask: GROUP_BIT },
  Multicast: { address: GROUP_BIT, mask: GROUP_BIT },
  Broadcast: { address: BROADCAST_MAC, mask: BROADCAST_MAC },
  BGA: { address: 0x0180c2000000, mask: BROADCAST_MAC },
};

/** Six bytes of one or two digits each: ebtables-legacy prints `2:0:0:0:0:1` (`ether_ntoa`). */
function readMac(text: string): Read<number> {
  const mac = /^[\da-f]{1,2}(:[\da-f]{1,2}){5}$/i.test(text)
    ? parseMac(text.replace(/(?<=^|:)[\da-f](?=:|$)/gi, '0$&'))
    : undefined;
  return mac === undefined ? refused(`\`${text}\` is no MAC address`, 'six bytes: 02:00:00:00:00:01') : value(mac);
}

/** One MAC address. */
export const mac: FrameCodec<number> = { metavar: 'MAC', parse: readMac, print: printMac };

/** The bits of an address that a mask leaves: `&` knows 32 bits only. */
const masked = (address: number, mask: number): number => Number((BigInt(address) & BigInt(mask)) % BigInt(2 ** 48));

/** `MAC[/MASK]`, with `names` also `Unicast`, `Multicast`, `Broadcast`, `BGA` (ebtables' own addresses, not those in ARP). */
const maskedMac = (names: Readonly<Record<string, MaskedMac>>): FrameCodec<MaskedMac> => ({
  metavar: 'MAC[/MASK]',
  parse(text) {
    const name = Object.keys(names).find((one) => one.toLowerCase() === text.toLowerCase());
    if (name !== undefined) return value(names[name] as MaskedMac);
    const slash = text.indexOf('/');
    const mask = slash < 0 ? value(BROADCAST_MAC) : readMac(text.slice(slash + 1));
    return andThen(readMac(slash < 0 ? text : text.slice(0, slash)), (address) =>
      andThen(mask, (bits) => value({ address: masked(address, bits), mask: bits })),
    );
  },
  print({ address, mask }) {
    const name = Object.entries(names).find(([, of]) => of.address === address && of.mask === mask);
    return name?.[0] ?? (mask === BROADCAST_MAC ? printMac(address) : `${printMac(address)}/${printMac(mask)}`);
  },
});

export const frameMac = maskedMac(NAMED);
export const plainMac = maskedMac({});
