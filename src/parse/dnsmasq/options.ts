import type { DhcpServer } from '../../network/network.ts';
import { parseAddress, parseMac } from '../../packet/address.ts';
import type { Place } from '../../packet/place.ts';
import type { Source, Span, Word } from '../source.ts';

export type DhcpHost = DhcpServer['hosts'][number];
export type DhcpRange = DhcpServer['ranges'][number];

/** A dnsmasq as its options describe it. */
export interface SeenDnsmasq {
  addresses: number[];
  interfaces: string[];
  exceptInterfaces: string[];
  ranges: DhcpRange[];
  hosts: DhcpHost[];
  /** Files that the options name, by option. */
  files: Map<string, string>;
  place: Place;
}

export const newDnsmasq = (place: Place): SeenDnsmasq => ({
  addresses: [],
  interfaces: [],
  exceptInterfaces: [],
  ranges: [],
  hosts: [],
  files: new Map(),
  place,
});

/** Short options that take part, by their long names (dnsmasq(8)). */
export const SHORT: Readonly<Record<string, string>> = {
  a: 'listen-address',
  i: 'interface',
  I: 'except-interface',
  F: 'dhcp-range',
  G: 'dhcp-host',
  C: 'conf-file',
  '2': 'no-dhcp-interface',
};

/** One option, as the command line and the configuration file both write it. An option that takes no part is passed over. */
export function readOption(source: Source, server: SeenDnsmasq, name: string, value: Word): void {
  if (name === 'listen-address') server.addresses.push(...addresses(source, value));
  else if (name === 'interface') server.interfaces.push(...value.text.split(','));
  else if (name === 'except-interface' || name === 'no-dhcp-interface')
    server.exceptInterfaces.push(...value.text.split(','));
  else if (name === 'dhcp-range') server.ranges.push(...readRange(source, value));
  else if (name === 'dhcp-host') server.hosts.push(...readHost(source, value));
  else if (name === 'conf-file' || name === 'dhcp-hostsfile' || name === 'dhcp-hostsdir' || name === 'conf-dir')
    server.files.set(name, value.text);
}

function addresses(source: Source, value: Word): readonly number[] {
  return fields(value).flatMap((field) => {
    const address = parseAddress(field.text);
    if (address === undefined && !field.text.includes(':'))
      source.error(field, `\`${field.text}\` is no address`, '`listen-address` takes addresses, separated by commas');
    return address === undefined ? [] : [address];
  });
}

/** `[tag:…,][set:…,]start[,end|,static|,proxy][,netmask[,broadcast]][,lease]` (dnsmasq(8), dhcp-range). */
function readRange(source: Source, value: Word): readonly DhcpRange[] {
  const [first, second] = fields(value).filter(({ text }) => !/^(tag:|set:|net:|interface:|constructor:)/.test(text));
  const low = parseAddress(first?.text ?? '');
  if (first?.text.includes(':') === true) return [];
  if (low === undefined) {
    source.error(
      first ?? value,
      `\`${first?.text ?? ''}\` is no address`,
      '`dhcp-range` begins with its first address',
    );
    return [];
  }
  const high = parseAddress(second?.text ?? '');
  if (high !== undefined && high < low)
    source.error(second ?? value, `\`${second?.text}\` is below the first address`, 'a range goes upwards');
  return [{ low, high: high ?? low, static: high === undefined && second?.text === 'static' }];
}

/** `mac,…,address,name,lease` in any order (dnsmasq(8), dhcp-host). A host without a MAC and an address is passed over. */
export function readHost(source: Source, value: Word): readonly DhcpHost[] {
  const parts = fields(value).filter(({ text }) => text !== '');
  const macs = parts.flatMap(({ text }) => parseMac(text) ?? []);
  const address = parts.flatMap(({ text }) => parseAddress(text) ?? [])[0];
  const name = parts.find(({ text }) => isName(text))?.text;
  const broken = parts.find(
    ({ text }) => /^[0-9a-z]{1,3}(:[0-9a-z]{1,3}){5,}$/i.test(text) && parseMac(text) === undefined,
  );
  const odd = parts.find(({ text }) => /^\d+(\.\d+){3}$/.test(text) && parseAddress(text) === undefined);
  if (broken !== undefined)
    source.error(broken, `\`${broken.text}\` is no MAC address`, 'a MAC address is six hexadecimal bytes with colons');
  if (odd !== undefined)
    source.error(odd, `\`${odd.text}\` is no IPv4 address`, 'a host has one address, each number 0 to 255');
  if (address === undefined) return [];
  return macs.map((mac) => ({ mac, address, ...(name !== undefined && { name }), place: source.place(value) }));
}

const isName = (text: string): boolean =>
  /^[A-Za-z][\w.-]*$/.test(text) && text !== 'ignore' && text !== 'infinite' && parseMac(text) === undefined;

/** The parts between commas. */
export function fields(value: Word): readonly Word[] {
  let column = value.column;
  return value.text.split(',').map((text) => {
    const field = { text, line: value.line, column, length: Math.max(1, text.length) } satisfies Word & Span;
    column += text.length + 1;
    return field;
  });
}
