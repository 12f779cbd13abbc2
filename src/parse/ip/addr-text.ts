import type { Unmodelled } from '../../network/network.ts';
import { parseAddress, parseMac, prefix } from '../../packet/address.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { flagged, gather, type WrittenAddress } from './addr-six.ts';
import { DETAIL_KEYS, unmodelledDetail, unmodelledKind } from './detail.ts';
import { kindOf, LOOPBACK, parseGroup, parseScope, SCOPES, type SeenAddress, type SeenInterface } from './seen.ts';

const HEADER = /^(\d+):\s+([^\s:@]+)(?:@([^\s:]+))?:(?:\s+<([^>]*)>)?(?=\s|$)(.*)$/;
const ATTRIBUTES = ['mtu', 'qdisc', 'master', 'state', 'group', 'qlen', 'mode'];
const KIND_NAMES = [
  'bridge',
  'vlan',
  'bond',
  'dummy',
  'veth',
  'tun',
  'macvlan',
  'macvtap',
  'ipvlan',
  'vxlan',
  'gre',
  'gretap',
  'ipip',
  'sit',
  'vrf',
  'team',
  'wireguard',
  'ifb',
  'vti',
  'geneve',
  'openvswitch',
];
const NUMBERED = 'give the output of `ip a` as it was printed';

/** `XX:XX:XX:XX:XX:XX`, as people publish listings. */
const BLACKENED = /^[xX*#?]{1,2}(:[xX*#?]{1,2}){5}$/;

type Open = { -readonly [K in keyof SeenInterface]: SeenInterface[K] } & {
  addresses: SeenAddress[];
  unmodelled: Unmodelled[];
  /** Addresses of IPv6; absent before anything of the link layer was listed, which `ip -4` leaves out. */
  written?: WrittenAddress[];
};

/**
 * Reads `ip a` (`ip addr show`), with `-d` or without, of any iproute2 since 2.6, also where the `<FLAGS>` were lost.
 * Lines around the listing are notes.
 */
export function parseAddrText(text: string, file: string): Result<readonly SeenInterface[]> {
  const source = new Source(text, file);
  const seen: Open[] = [];
  let current: Open | undefined;
  source.refuseEmpty(LOOPBACK);
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = source.whole(line);
    if (whole.text === '') continue;
    if (/^\d+:/.test(whole.text)) {
      current = readHeader(source, whole);
      if (current !== undefined) seen.push(current);
    } else if (isWrapped(source, whole)) readAttributes(source, current, wrapped(source, line));
    else if (/^(link\/|inet6? |inet6?$)/.test(whole.text) || whole.column > 1) readDetail(source, current, line, whole);
    else {
      source.note(whole, 'this line is no part of an `ip a` listing', 'delete it, or leave it: it is not read');
      current = undefined;
    }
  }
  return source.result(seen.map((one) => finished(source, one)));
}

const finished = (source: Source, { written, ...one }: Open): SeenInterface =>
  written === undefined ? one : { ...one, six: gather(source, one.name, written) };

/** A terminal was narrow: the line goes on with an attribute, or with the value of the one that ends the line before. */
const isWrapped = (source: Source, whole: Word): boolean =>
  whole.column === 1 && ATTRIBUTES.includes(wrapped(source, whole.line)[0]?.text ?? '');

/** The words of a line, after the attribute that the line before ends with. */
function wrapped(source: Source, line: number): readonly Word[] {
  const last = source.words(line - 1).at(-1);
  const open = last !== undefined && ATTRIBUTES.includes(last.text) ? [last] : [];
  return [...open, ...source.words(line)];
}

function readHeader(source: Source, whole: Word): Open | undefined {
  const [, , name, lower, flags] = HEADER.exec(whole.text) ?? [];
  if (name === undefined) {
    source.error(
      whole,
      `\`${whole.text}\` is no interface`,
      'an interface begins like `2: eth0: <BROADCAST,UP> mtu 1500 …`',
    );
    return undefined;
  }
  const column = whole.column + whole.text.indexOf(name);
  const open: Open = {
    name,
    mtu: 1500,
    addresses: [],
    unmodelled: [],
    place: { file: source.file, line: whole.line, column },
  };
  if (lower !== undefined) open.lower = lower;
  if (flags === undefined)
    source.note(
      { ...whole, column, length: name.length },
      `\`${name}\` is listed without its flags`,
      'it counts as up unless its state is DOWN',
    );
  else open.flags = new Set(flags.split(',').filter(Boolean));
  readAttributes(source, open, source.words(whole.line).slice(flags === undefined ? 2 : 3));
  return open;
}

/** The pairs after the flags: `mtu 1500 qdisc noqueue master br100 state UP …`. */
function readAttributes(source: Source, open: Open | undefined, words: readonly Word[]): void {
  if (open === undefined) return;
  for (let i = 0; i < words.length; i++) {
    const [key, value] = [words[i], words[i + 1]];
    if (key === undefined || value === undefined) continue;
    if (key.text === 'mtu') readMtu(source, open, value);
    else if (key.text === 'master') open.master = { name: value.text, place: source.place(value) };
    else if (key.text === 'state') open.state = value.text;
    else if (key.text === 'group') readGroup(open, value);
    else continue;
    i++;
  }
}

function readGroup(open: Open, { text }: Word): void {
  const group = parseGroup(text);
  if (group !== undefined) open.group = group;
}

function readMtu(source: Source, open: Open, value: Word): void {
  if (/^\d{1,10}$/.test(value.text)) open.mtu = Number(value.text);
  else source.error(value, `\`${value.text}\` is no mtu`, NUMBERED);
}

function readDetail(source: Source, open: Open | undefined, line: number, whole: Word): void {
  const words = source.words(line);
  const first = words[0];
  if (first === undefined) return;
  if (open === undefined) {
    if (/^(link\/|inet )/.test(`${first.text} `))
      source.error(whole, `\`${whole.text}\` belongs to no interface`, NUMBERED);
    else source.note(whole, 'this line is no part of an `ip a` listing', 'delete it, or leave it: it is not read');
  } else if (first.text.startsWith('link/')) readLink(source, open, words);
  else if (first.text === 'inet') readAddress(source, open, words);
  else if (first.text === 'inet6') readSix(open, words);
  else if (first.text === 'bridge_slave') readPort(source, open, words);
  else if (KIND_NAMES.includes(first.text)) readKind(source, open, words);
  else if (
    !/^(valid_lft|altname|alias|addrgenmode|RX|TX|bond_slave|vrf_slave|team_slave|\d|\(|numtxqueues|openvswitch_slave)/.test(
      first.text,
    )
  )
    source.note(whole, 'this line is no part of an `ip a` listing', 'delete it, or leave it: it is not read');
}

function readLink(source: Source, open: Open, words: readonly Word[]): void {
  const [type, address] = words;
  open.written ??= [];
  if (type?.text === 'link/loopback') open.kind = 'loopback';
  else if (words.some(({ text }) => text === 'promiscuity')) open.kind = 'ethernet'; // with -d; a kind line may follow
  if (type?.text !== 'link/ether' && type?.text !== 'link/loopback') return;
  const mac = address === undefined ? undefined : parseMac(address.text);
  if (mac !== undefined) open.mac = mac;
  else if (address !== undefined && BLACKENED.test(address.text))
    source.note(address, `the MAC address of \`${open.name}\` is blacked out`, 'one is made up in its place');
  else
    source.error(
      address ?? type,
      `\`${address?.text ?? type.text}\` is no MAC address`,
      'a MAC address is six hexadecimal bytes with colons',
    );
}

function readKind(source: Source, open: Open, words: readonly Word[]): void {
  const [kind] = words;
  if (kind === undefined) return;
  open.kind = kindOf(kind.text);
  const id = words[words.findIndex(({ text }) => text === 'id') + 1];
  if (open.kind === 'vlan' && id !== undefined && /^\d{1,4}$/.test(id.text)) open.vlan = Number(id.text);
  open.unmodelled.push(...unmodelledKind(open.name, kind.text, source.place(kind)));
  if (open.kind === 'bridge') open.unmodelled.push(...details(source, open.name, words));
}

function readPort(source: Source, open: Open, words: readonly Word[]): void {
  const after = (key: string): string | undefined => words[words.findIndex(({ text }) => text === key) + 1]?.text;
  const [state, hairpin] = [after('state'), after('hairpin')];
  if (state !== undefined) open.portState = state;
  if (hairpin === 'on' || hairpin === 'off') open.hairpin = hairpin === 'on';
  open.unmodelled.push(...details(source, open.name, words));
}

const details = (source: Source, name: string, words: readonly Word[]): readonly Unmodelled[] =>
  words.flatMap((word, i) =>
    DETAIL_KEYS.includes(word.text)
      ? unmodelledDetail(name, word.text, words[i + 1]?.text ?? '', source.place(word))
      : [],
  );

/** `inet 10.0.0.1/24 brd 10.0.0.255 scope global secondary br100`, or `inet 10.8.0.1 peer 10.8.0.2/32 …`. */
function readAddress(source: Source, open: Open, words: readonly Word[]): void {
  const word = (key: string): Word | undefined => {
    const at = words.findIndex(({ text }) => text === key);
    return at < 0 ? undefined : words[at + 1];
  };
  const own = words[1];
  const shown = word('peer') ?? own;
  const local = own && parseAddress(own.text.split('/')[0] ?? '');
  const [address, length] = split(shown?.text ?? '');
  const scope = parseScope(word('scope')?.text ?? 'global');
  const broadcast = word('brd') && parseAddress(word('brd')?.text ?? '');
  if (own === undefined || local === undefined || address === undefined || length === undefined)
    return source.error(
      shown ?? words[0]!,
      `\`${shown?.text ?? 'inet'}\` is no address with its prefix length`,
      'write it like `10.0.0.1/24`',
    );
  if (scope === undefined) return source.error(word('scope') ?? own, `\`${word('scope')?.text}\` is no scope`, SCOPES);
  if (word('brd') !== undefined && broadcast === undefined)
    source.error(word('brd') ?? own, `\`${word('brd')?.text}\` is no IPv4 address`, NUMBERED);
  const has = (flag: string): boolean => words.some(({ text }) => text === flag);
  open.addresses.push({
    ...prefix(address, length),
    local,
    scope,
    ...(broadcast !== undefined && { broadcast }),
    secondary: has('secondary'),
    noPrefixRoute: has('noprefixroute'),
    place: source.place(own),
  });
}

/** `inet6 fe80::1/64 scope link tentative`, or `inet6 2001:db8::1 peer 2001:db8::2/128 …`. */
function readSix(open: Open, words: readonly Word[]): void {
  const after = (key: string): Word | undefined => words[words.findIndex(({ text }) => text === key) + 1];
  const has = (flag: string): boolean => words.some(({ text }) => text === flag);
  const [first, own = first] = words;
  if (own === undefined) return;
  open.written ??= [];
  open.written.push({
    at: own,
    local: own.text.split('/')[0] ?? '',
    shown: (has('peer') ? after('peer') : own)?.text ?? '',
    scope: has('scope') ? (after('scope')?.text ?? '') : 'global',
    flags: flagged(has),
  });
}

function split(text: string): readonly [address?: number, length?: number] {
  const [, head = '', tail = '32'] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const address = parseAddress(head);
  return address === undefined || Number(tail) > 32 ? [] : [address, Number(tail)];
}
