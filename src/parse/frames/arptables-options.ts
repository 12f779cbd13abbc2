import { andThen, type Read, refused, value } from '../../extension/codec/codec.ts';
import { readNumber } from '../../extension/codec/number.ts';
import type { FrameAction, FrameVerdict } from '../../network/frame-rules.ts';
import { parseAddress, printAddress, printMac } from '../../packet/address.ts';
import { maskedIp } from './address.ts';
import { type FrameCodec, hexadecimal, interfaceName, verbatim } from './codec.ts';
import { argument, type Bare, byName, type FrameOption, type FrameTarget, test } from './dialect.ts';
import { ETHERTYPE } from './ethertype.ts';
import { mac, plainMac } from './mac.ts';
import { verdict } from './verdict.ts';

/** A number with a mask; `base` is that of the mask, which arptables-legacy prints as it likes. */
interface Numbered {
  readonly value: number;
  readonly mask: number;
}

const masked = (
  high: number,
  names: Readonly<Record<string, number>>,
  print: (of: number) => string,
): FrameCodec<Numbered> => ({
  metavar: 'N[/MASK]',
  parse(text) {
    const slash = text.indexOf('/');
    const head = slash < 0 ? text : text.slice(0, slash);
    const name = Object.keys(names).find((one) => one.toLowerCase() === head.toLowerCase());
    const of = name === undefined ? readNumber(head, 0, high) : value(names[name] as number);
    const tail = text.slice(slash + 1);
    const mask =
      slash < 0 ? value(high) : readNumber(/^[\da-f]*[a-f][\da-f]*$/i.test(tail) ? `0x${tail}` : tail, 0, high);
    return andThen(of, (a) => andThen(mask, (bits) => value({ value: a, mask: bits })));
  },
  print: ({ value: of, mask }) => (mask === high ? print(of) : `${print(of)}/${hexadecimal(mask)}`),
});

/** Rules with a mask on a number are rare: what they hold for stays open. */
const whole =
  (high: number, make: (of: number) => Bare, name: string) =>
  ({ value: of, mask }: Numbered): Bare =>
    mask === high ? make(of) : { kind: 'unknown', reason: `${name}: a mask on it is not modelled` };

// biome-ignore format: a table
const OPERATIONS = {
  Request: 1, Reply: 2, Request_Reverse: 3, Reply_Reverse: 4, DRARP_Request: 5, DRARP_Reply: 6, DRARP_Error: 7, InARP_Request: 8, ARP_NAK: 9,
} as const;

/** arptables-legacy lists `-i *` where a rule names no interface. */
const anyInterface = (option: FrameOption): FrameOption => ({
  ...option,
  read: (text) => (text === '*' ? value({ value: undefined, text: '' }) : option.read(text)),
});

const address: FrameCodec<number> = {
  metavar: 'ADDRESS',
  parse(text): Read<number> {
    const read = parseAddress(text);
    return read === undefined ? refused(`\`${text}\` is no IPv4 address`) : value(read);
  },
  print: printAddress,
};

/** Marks are printed in hexadecimal without `0x` (libarpt_MARK.c), whatever base they were given in. */
const bareHex: FrameCodec<number> = {
  metavar: 'MARK',
  parse: (text) => readNumber(/^[\da-f]+$/i.test(text) ? `0x${text}` : text, 0, 0xffffffff),
  print: (of) => of.toString(16),
};

/** What a rule of arptables can test (arptables(8), net/ipv4/netfilter/arp_tables.c: `arp_packet_match`), and its targets' arguments. */
// biome-ignore format: a table
export const ARPTABLES_OPTIONS: ReadonlyMap<string, FrameOption> = byName([
  anyInterface(test('-i --in-interface',            interfaceName, (name) => ({ kind: 'in', name }))),
  anyInterface(test('-o --out-interface',           interfaceName, (name) => ({ kind: 'out', name }))),
  test('-s --source-ip --src-ip --source --src',    maskedIp,      (of) => ({ kind: 'arp source', of })),
  test('-d --destination-ip --dst-ip --destination --dst', maskedIp, (of) => ({ kind: 'arp destination', of })),
  test('--src-mac --source-mac -z',                 plainMac,      (of) => ({ kind: 'arp mac source', of })),
  test('--dst-mac --destination-mac',               plainMac,      (of) => ({ kind: 'arp mac destination', of })),
  test('--h-length -l --arhln',                     masked(255, {}, String),             whole(255, (bytes) => ({ kind: 'arp hardware length', bytes }), '--h-length')),
  test('--opcode --arpop',                          masked(0xffff, OPERATIONS, String),  whole(0xffff, (operation) => ({ kind: 'arp operation', operation }), '--opcode')),
  test('--h-type --arhrd',                          masked(0xffff, { Ethernet: 1 }, String), whole(0xffff, (type) => ({ kind: 'arp hardware type', type }), '--h-type')),
  test('--proto-type --arpro',                      masked(0xffff, { IPv4: ETHERTYPE.ipv4 }, hexadecimal), whole(0xffff, (type) => ({ kind: 'arp protocol type', type }), '--proto-type')),
  argument('--mangle-ip-s', address), argument('--mangle-ip-d', address), argument('--mangle-mac-s', mac), argument('--mangle-mac-d', mac), argument('--mangle-target', verdict),
  argument('--set-class', verbatim), argument('--set-mark', bareHex), argument('--and-mark', bareHex), argument('--or-mark', bareHex),
]);

type Given = ReadonlyMap<string, unknown>;

const member = (given: Given, option: string, name: string): Readonly<Record<string, number>> =>
  given.has(option) ? { [name]: given.get(option) as number } : {};

const mangle: FrameTarget = {
  options: ['--mangle-ip-s', '--mangle-mac-s', '--mangle-ip-d', '--mangle-mac-d', '--mangle-target'],
  make: (given) =>
    value({
      kind: 'mangle',
      ...member(given, '--mangle-mac-s', 'macSource'),
      ...member(given, '--mangle-mac-d', 'macDestination'),
      ...member(given, '--mangle-ip-s', 'source'),
      ...member(given, '--mangle-ip-d', 'destination'),
      then: (given.get('--mangle-target') as FrameVerdict | undefined) ?? 'ACCEPT',
    }),
  print: (_, action) => (action.kind === 'mangle' ? printMangle(action) : []),
};

const printMangle = (action: Extract<FrameAction, { readonly kind: 'mangle' }>): readonly string[] => [
  ...(action.source === undefined ? [] : [`--mangle-ip-s ${printAddress(action.source)}`]),
  ...(action.macSource === undefined ? [] : [`--mangle-mac-s ${printMac(action.macSource)}`]),
  ...(action.destination === undefined ? [] : [`--mangle-ip-d ${printAddress(action.destination)}`]),
  ...(action.macDestination === undefined ? [] : [`--mangle-mac-d ${printMac(action.macDestination)}`]),
  ...(action.then === 'ACCEPT' ? [] : [`--mangle-target ${action.then}`]),
];

/** The class of a frame is for queues only. */
const CLASSIFY: FrameTarget = {
  options: ['--set-class'],
  make: () => value({ kind: 'verdict', verdict: 'CONTINUE' }),
  print: (given) => (given.has('--set-class') ? [`--set-class ${given.get('--set-class')}`] : []),
};

const MARKS = ['set', 'and', 'or'] as const;

/** xt_MARK goes on with the next rule. */
const MARK: FrameTarget = {
  options: MARKS.map((how) => `--${how}-mark`),
  make(given) {
    const how = MARKS.find((one) => given.has(`--${one}-mark`));
    return how === undefined
      ? refused('MARK: one of --set-mark, --and-mark, --or-mark must stand with it')
      : value({ kind: 'mark', how, value: given.get(`--${how}-mark`) as number, then: 'CONTINUE' });
  },
  print: (_, action) => (action.kind === 'mark' ? [`--${action.how}-mark ${action.value.toString(16)}`] : []),
};

export const ARPTABLES_TARGETS: ReadonlyMap<string, FrameTarget> = new Map(Object.entries({ mangle, CLASSIFY, MARK }));
