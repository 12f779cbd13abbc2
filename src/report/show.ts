import { leadsOutside } from '../network/access.ts';
import type { FrameChain } from '../network/frame-rules.ts';
import type { InventoryItem, Network, Node, SixNode, Unmodelled } from '../network/network.ts';
import type { Ruleset } from '../network/ruleset.ts';
import { printAddress } from '../packet/address.ts';
import type { Origin, Place } from '../packet/place.ts';
import type { Located } from '../parse/located.ts';
import { printOrigin, printPlace } from './fate.ts';
import { assumptionJson, print, SCHEMA_VERSION } from './json.ts';
import { align, hanging, indent, WIDTH } from './layout.ts';
import type { Paint } from './paint.ts';

/** A match or target of a rule that no snapshot decides, or that nobody has modelled: an unknown wherever it is met. */
export interface OpenRule {
  readonly reason: string;
  readonly origin: Origin;
}

/** Everything that `show` has to say about a snapshot. */
export interface Overview {
  readonly network: Network;
  readonly open: readonly OpenRule[];
  readonly located: readonly Located[];
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Rules by table: `filter 30, nat 5`; the reason where they are not known. */
const rules = (node: Node): string => [rulesIn(node), ...countFrames(node)].join('; ');

function rulesIn({ ruleset, shownRules }: Pick<Node, 'ruleset' | 'shownRules'>): string {
  if (ruleset.kind === 'known') return countRules(ruleset.value);
  return shownRules === undefined ? 'unknown' : `unknown but for ${countRules(shownRules)}`;
}

/** Rules of ebtables by table, and of arptables: `ebtables nat 12`. */
function countFrames({ frameRules, arpRules }: Node): readonly string[] {
  const length = (chains: ReadonlyMap<string, FrameChain>): number =>
    [...chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0);
  const tables = [...(frameRules ?? [])].filter(([, chains]) => length(chains) > 0);
  return [
    ...(tables.length === 0
      ? []
      : [`ebtables ${tables.map(([name, chains]) => `${name} ${length(chains)}`).join(', ')}`]),
    ...(arpRules === undefined || length(arpRules) === 0 ? [] : [`arptables ${length(arpRules)}`]),
  ];
}

function countRules(ruleset: Ruleset): string {
  const tables = [...ruleset.tables.values()].map(({ name, chains }) => ({
    name,
    rules: [...chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0),
  }));
  const filled = tables.filter((table) => table.rules > 0);
  return filled.length === 0 ? 'none' : filled.map((table) => `${table.name} ${table.rules}`).join(', ');
}

function nodeRow(node: Node): string[] {
  const settings = node.settings.size === 0 ? 'none' : `${node.settings.size}${node.settingsComplete ? ' (all)' : ''}`;
  const sets = node.sets.size === 0 ? '-' : String(node.sets.size);
  return [node.name, String(node.interfaces.length), String(node.routes.length), settings, sets, rules(node)];
}

function interfaceRow(network: Network, node: Node, at: number): string[] {
  const one = node.interfaces[at];
  if (one === undefined) return [];
  const state = one.up ? (one.carrier ? 'up' : 'up, no carrier') : 'down';
  const part = one.master === undefined ? '' : `port of ${one.master}`;
  const outside = leadsOutside(network, node.name, one) ? 'leads outside' : '';
  const addresses = one.addresses.map(({ local, length }) => `${printAddress(local)}/${length}`).join(' ');
  return [
    at === 0 ? node.name : '',
    one.name,
    one.kind,
    state,
    [addresses, part, outside].filter((text) => text !== '').join(', '),
  ];
}

/** Nodes of which an address of IPv6 is known, with the devices that have one. */
const withSix = ({ nodes: all }: Network) =>
  [...all.values()].flatMap(({ name, six }) => {
    const devices = [...(six?.addresses ?? [])].filter(([, addresses]) => addresses.length > 0);
    return devices.length === 0 ? [] : [{ name, devices }];
  });

/** What is known of IPv6, a line a node; nothing where no node has an address of it. */
function six(network: Network): string[] {
  const shown = withSix(network);
  if (shown.length === 0) return [];
  const rows = [...network.nodes.values()].map((node) => {
    const count = shown.find(({ name }) => name === node.name)?.devices.length;
    return node.six === undefined
      ? [node.name, 'not shown', '', '']
      : [node.name, count === undefined ? 'off' : String(count), String(node.six.routes.length), rulesIn(node.six)];
  });
  return align([['NODE', 'INTERFACES', 'ROUTES', 'RULES'], ...rows]);
}

const sixAddresses = (network: Network): string[] =>
  align(
    withSix(network).flatMap(({ name, devices }) =>
      devices.flatMap(([device, addresses], at) =>
        addresses.map(({ local, length }, i) => [
          at === 0 && i === 0 ? name : '',
          i === 0 ? device : '',
          `${printAddress(local)}/${length}`,
        ]),
      ),
    ),
  );

const heading = (text: string, paint: Paint): string => paint.strong(text);

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', heading(title, paint), ...indent(lines, 2)];
}

const nodes = ({ nodes: all }: Network): string[] =>
  align([['NODE', 'INTERFACES', 'ROUTES', 'SETTINGS', 'SETS', 'RULES'], ...[...all.values()].map(nodeRow)]);

const interfaces = (network: Network): string[] =>
  align([...network.nodes.values()].flatMap((node) => node.interfaces.map((_, i) => interfaceRow(network, node, i))));

const links = ({ links: all }: Network): string[] =>
  all.flatMap(({ name, ends }) => {
    const list = ends.map((end) => `${end.node}:${end.interface}${end.ownAddressOnly ? ' (own address only)' : ''}`);
    return hanging(`${name}: ${list.join(', ')}`, WIDTH - 2);
  });

/** Files in columns; what a long line says goes on below. */
function inventory(items: readonly InventoryItem[]): string[] {
  const width = Math.max(0, ...items.map(({ file }) => file.length)) + 2;
  return items.flatMap(({ file, what }) =>
    hanging(what, WIDTH - 2 - width).map((line, i) => (i === 0 ? file.padEnd(width) : ' '.repeat(width)) + line),
  );
}

const placed = (place: Place, text: string): string[] => hanging(`${printPlace(place)}: ${text}`, WIDTH - 2);

const unmodelledOf = ({ nodes: all }: Network): Unmodelled[] =>
  [...all.values()].flatMap(({ unmodelled, six: of }) => [
    ...unmodelled,
    ...(of?.unmodelled ?? []).filter(({ what }) => !unmodelled.some((one) => one.what === what)),
  ]);

const unmodelledText = ({ what, reason, decides }: Unmodelled): string =>
  `${what}: ${reason}${decides === undefined ? '' : '; unknown for packets that pass there'}`;

const missing = ({ nodes: all }: Network): string[] =>
  [...all.values()].flatMap((node) => [
    ...missingIn(node.name, node),
    ...(node.listeners.kind === 'unknown' ? [`${node.name}: listening sockets: ${node.listeners.reason}`] : []),
    ...(node.six === undefined || isOff(node.six) ? [] : missingIn(`${node.name}: IPv6`, node.six)),
  ]);

const missingIn = (name: string, { ruleset, undecided }: Pick<Node, 'ruleset' | 'undecided'>): string[] => [
  ...[...(undecided ?? [])].map(([what, reason]) => `${name}: ${what}: ${reason}`),
  ...(ruleset.kind === 'unknown' ? [`${name}: rules: ${ruleset.reason}`] : []),
];

const isOff = ({ addresses, undecided }: SixNode): boolean =>
  undecided?.has('interfaces') !== true && [...addresses.values()].flat().length === 0;

const assumptions = ({ nodes: all }: Network): string[] => [
  ...new Set(
    [...all.values()].flatMap((node) =>
      [...node.assumptions, ...(node.six?.assumptions ?? [])].map((one) => `${one.node ?? node.name}: ${one.text}`),
    ),
  ),
];

/** What was read, what is modelled, and what is not: for a person. */
export function showText({ network, open, located }: Overview, paint: Paint): string {
  const unread = network.inventory.filter(({ status }) => status === 'unknown' || status === 'not modelled');
  const read = network.inventory.filter((item) => !unread.includes(item));
  const reasons = open.flatMap(({ reason, origin }) => hanging(`${printOrigin(origin)}: ${reason}`, WIDTH - 2));
  return `${[
    `${count(network.nodes.size, 'node')}, ${count(network.links.length, 'link')}, ${count(network.inventory.length, 'file')}`,
    ...section('nodes', nodes(network), paint),
    ...section('interfaces', interfaces(network), paint),
    ...section('IPv6', six(network), paint),
    ...section('addresses of IPv6', sixAddresses(network), paint),
    ...section('links', links(network), paint),
    ...section('read', inventory(read), paint),
    ...section('takes no part', inventory(unread), paint),
    ...section(
      'read, but not modelled',
      unmodelledOf(network).flatMap((one) => placed(one.place, unmodelledText(one))),
      paint,
    ),
    ...section('rules that a snapshot does not decide: unknown where a packet meets them', reasons, paint),
    ...section(
      'not shown by any capture: unknown where it decides',
      missing(network).flatMap((text) => hanging(text, WIDTH - 2)),
      paint,
    ),
    ...section(
      'assumed',
      assumptions(network).flatMap((text) => hanging(text, WIDTH - 2)),
      paint,
    ),
    ...section(
      'notes',
      located.flatMap(({ place, message, advice }) =>
        placed(place, advice === undefined ? message : `${message} (${advice})`),
      ),
      paint,
    ),
  ].join('\n')}\n`;
}

const nodeJson = (node: Node): object => ({
  name: node.name,
  interfaces: node.interfaces.map(({ name, kind, up, master, addresses }) => ({
    name,
    kind,
    up,
    master: master ?? null,
    addresses: addresses.map(({ local, length }) => `${printAddress(local)}/${length}`),
  })),
  routes: node.routes.length,
  rules: rules(node),
  settings: node.settings.size,
  ipv6: node.six === undefined ? null : sixJson(node.six),
});

const sixJson = (of: SixNode): object => ({
  addresses: Object.fromEntries(
    [...of.addresses].map(([name, all]) => [name, all.map(({ local, length }) => `${printAddress(local)}/${length}`)]),
  ),
  routes: of.routes.length,
  rules: rulesIn(of),
});

/** The same as JSON. */
export const showJson = ({ network, open, located }: Overview): string =>
  print({
    schemaVersion: SCHEMA_VERSION,
    nodes: [...network.nodes.values()].map(nodeJson),
    links: network.links.map(({ name, ends }) => ({ name, ends: ends.map((end) => `${end.node}:${end.interface}`) })),
    inventory: network.inventory,
    unmodelled: unmodelledOf(network).map(({ what, reason, place }) => ({
      what,
      reason,
      file: place.file,
      line: place.line,
    })),
    open: open.map(({ reason, origin }) => ({
      node: origin.node,
      reason,
      text: origin.text,
      file: origin.place?.file ?? null,
      line: origin.place?.line ?? null,
    })),
    missing: missing(network),
    assumptions: [...network.nodes.values()].flatMap((node) =>
      [...node.assumptions, ...(node.six?.assumptions ?? [])].map(assumptionJson),
    ),
    notes: located.map(({ place, message }) => ({ file: place.file, line: place.line, message })),
  });
