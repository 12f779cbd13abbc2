import { familyOf } from '../packet/address.ts';
import { type Family, PROTOCOL } from '../packet/field.ts';
import type { Source } from '../parse/source.ts';
import { HEADERS, ICMP } from '../question/header.ts';
import { WITH_PORTS } from '../question/names.ts';
import type { Named } from './packet.ts';

/** Says which fields of a packet do not go with its protocol; nothing where the packet could not be read. */
export function complainOfFields(fields: Named, source: Source): void {
  const { proto, dst = 0 } = fields;
  if (proto === undefined || source.located.length > 0) return;
  const family = familyOf(dst);
  complainOfPorts(proto, fields, family, source);
  if (proto === PROTOCOL.ICMPV6 && family === 4 && !/^\d/.test(source.text.trim()))
    refuse(source, '`icmpv6` goes with IPv6', 'write `icmp`, or an address of IPv6');
  if (proto !== PROTOCOL.TCP && fields.tcpFlags !== undefined)
    refuse(source, 'only tcp has `flags`', 'leave them out, or write `tcp`');
  if (
    proto !== ICMP[family].protocol &&
    [fields.icmpType, fields.icmpCode, fields.icmpId].some((one) => one !== undefined)
  )
    refuse(source, 'only icmp has `type`, `code` and `id`', 'leave them out, or write `icmp`');
  complainOfLength(proto, fields, family, source);
}

const refuse = (source: Source, message: string, advice: string): void =>
  source.error(source.whole(1), message, advice);

/** A protocol without ports takes none; one with ports needs a destination port. */
function complainOfPorts(proto: number, { dport, sport }: Named, family: Family, source: Source): void {
  const has = WITH_PORTS.includes(proto);
  const example = family === 6 ? '[2001:db8::3]' : '10.0.0.3';
  if (has && dport === undefined)
    refuse(source, 'no destination port', `write it behind the address: \`${example}:80\``);
  const isIcmp = proto === PROTOCOL.ICMP || proto === PROTOCOL.ICMPV6;
  if (!has && (dport !== undefined || sport !== undefined))
    refuse(source, `${isIcmp ? 'icmp' : 'this protocol'} has no ports`, 'leave the port out');
}

/** A packet holds its headers; a later fragment only that of IP. */
function complainOfLength(proto: number, { length, fragment }: Named, family: Family, source: Source): void {
  const header = HEADERS[family].find(({ protocols }) =>
    protocols.some(([low, high]) => low <= proto && proto <= high),
  );
  const least = fragment === 1 || header === undefined ? (family === 6 ? 40 : 20) : header.length;
  if (length !== undefined && length < least)
    refuse(source, `\`length ${length}\` is shorter than the headers`, `such a packet has ${least} bytes or more`);
}
