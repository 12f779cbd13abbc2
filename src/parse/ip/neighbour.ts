import type { Neighbour } from '../../network/network.ts';
import { type Address, parseAnyAddress, parseMac, printAddress, printMac } from '../../packet/address.ts';
import type { Result } from '../located.ts';
import { listedOf, MAC, optional, required, type Shape, TEXT, WORDS } from '../member.ts';
import { Source, type Word } from '../source.ts';

const ANY_ADDRESS: Shape<Address> = {
  name: 'an address',
  read: (value) => (value.kind === 'string' ? parseAnyAddress(value.value) : undefined),
};

/** Reads `ip -j neigh show`, of both families. */
export function parseNeighJson(text: string, file: string): Result<readonly Neighbour[]> {
  const source = new Source(text, file);
  const entries = listedOf(source).flatMap((object) => {
    const address = required(source, object, 'dst', ANY_ADDRESS);
    const device = required(source, object, 'dev', TEXT);
    const mac = optional(source, object, 'lladdr', MAC);
    const state = optional(source, object, 'state', WORDS)?.[0] ?? 'NONE';
    if (address === undefined || device === undefined) return [];
    return [
      {
        address,
        device,
        state,
        ...(mac !== undefined && { mac }),
        place: source.place(object.members.get('dst')?.value.span ?? object.span),
      },
    ];
  });
  return source.result(entries);
}

/** Reads `arp -n` (net-tools) or `ip neigh`, whichever the file holds. */
export function parseArpN(text: string, file: string): Result<readonly Neighbour[]> {
  const source = new Source(text, file);
  const entries: Neighbour[] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.words(line);
    const first = words[0];
    if (first === undefined || (first.text === 'Address' && words[1]?.text === 'HWtype')) continue;
    const address = parseAnyAddress(first.text);
    if (address === undefined)
      source.note(
        source.whole(line),
        'this line is no part of an `arp -n` listing',
        'delete it, or leave it: it is not read',
      );
    else entries.push(...readEntry(source, address, words, source.whole(line)));
  }
  return source.result(entries);
}

/** `10.0.0.2 ether fa:… C br100`, `10.0.0.9 (incomplete) br100`, or `10.0.0.2 dev br100 lladdr fa:… STALE`. */
function readEntry(source: Source, address: Address, words: readonly Word[], whole: Word): readonly Neighbour[] {
  const place = source.place(whole);
  const last = words.at(-1)?.text ?? '';
  if (words[1]?.text === 'dev') {
    const mac = parseMac(words[words.findIndex(({ text }) => text === 'lladdr') + 1]?.text ?? '');
    return [{ address, device: words[2]?.text ?? '', ...(mac !== undefined && { mac }), state: last, place }];
  }
  if (words[1]?.text === '(incomplete)') return [{ address, device: last, state: 'INCOMPLETE', place }];
  const [, type, hardware, flags] = words;
  const mac = parseMac(hardware?.text ?? '');
  if (type === undefined || hardware === undefined || words.length < 5 || mac === undefined) {
    source.error(
      hardware ?? whole,
      `\`${hardware?.text ?? whole.text}\` is no MAC address`,
      '`arp -n` prints Address HWtype HWaddress Flags Mask Iface',
    );
    return [];
  }
  return [{ address, device: last, mac, state: flags?.text.includes('M') === true ? 'PERMANENT' : 'REACHABLE', place }];
}

/** An entry as `ip neigh` prints it. */
export const printNeighbour = ({ address, device, mac, state }: Neighbour): string =>
  `${printAddress(address)} dev ${device}${mac === undefined ? '' : ` lladdr ${printMac(mac)}`} ${state}`;
