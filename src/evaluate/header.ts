import type { Header, InterfacePattern, MaskedAddress } from '../network/ruleset.ts';
import type { Address } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import type { Packet } from '../packet/packet.ts';

/** `-s -d -p -i -o -f`, in the order of `ip_packet_match` (net/ipv4/netfilter/ip_tables.c). */
export function matchHeader(
  header: Header,
  packet: Packet,
  device: { readonly in?: string; readonly out?: string },
): boolean {
  const { source, destination, protocol, fragment } = header;
  if (source !== undefined && !matchAddress(source, packet.src)) return false;
  if (destination !== undefined && !matchAddress(destination, packet.dst)) return false;
  if (header.in !== undefined && !matchInterface(header.in, device.in)) return false;
  if (header.out !== undefined && !matchInterface(header.out, device.out)) return false;
  // protocol 0 is `all`
  if (protocol !== undefined && protocol.number !== 0 && (packet.proto === protocol.number) === protocol.inverted)
    return false;
  return fragment === undefined || (packet.fragment === 1) !== fragment.inverted;
}

const matchAddress = ({ address, mask, inverted }: MaskedAddress, value: Address): boolean =>
  (bitAnd<Address>(value, mask) === bitAnd<Address>(address, mask)) !== inverted;

/** A hook without such a device compares with the empty name: `-i eth0` is false there, `! -i eth0` true. */
function matchInterface({ text, inverted }: InterfacePattern, name = ''): boolean {
  const equal = text.endsWith('+') ? name.startsWith(text.slice(0, -1)) : name === text;
  return equal !== inverted;
}
