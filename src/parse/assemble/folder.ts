import type { InventoryItem, Unmodelled } from '../../network/network.ts';
import { TABLES } from '../../network/ruleset.ts';
import { notKnown } from '../../network/unknown.ts';
import { hiddenRules } from '../foreign/hidden.ts';
import type { Located } from '../located.ts';
import { READERS, type Reader, readerFor } from '../readers.ts';
import { compare, type Desk, topOf } from './desk.ts';
import { every, type Facts, LISTINGS, type Reading, type Readings, SIX_LISTINGS, type Thing } from './facts.ts';
import { inventoryItem, unknownFile } from './inventory.ts';

/** The files of each node's folder. */
export function foldersOf(texts: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const file of texts.keys()) {
    const [folder = '', ...rest] = file.split('/');
    if (rest.length > 0) folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return new Map([...folders].toSorted(([a], [b]) => compare(a, b)));
}

/** What is gathered while the folders are read. */
export interface Shelf {
  readonly texts: ReadonlyMap<string, string>;
  readonly desk: Desk;
  readonly inventory: InventoryItem[];
  /** Nodes whose listing of interfaces is there and could not be read: what it lacks is not said a second time. */
  readonly unread: Set<string>;
}

const NAMES =
  'name each file after the command whose output it holds, like ip-addr.txt, route-n.txt or iptables-save.txt';

/** All captures of one folder, those that win first; `undefined` if nothing in it is one. */
export function readFolder(name: string, paths: readonly string[], shelf: Shelf): Readings | undefined {
  const taken = paths.map((file) => ({
    file,
    reader: file.split('/').length === 2 ? readerFor(file.slice(name.length + 1)) : undefined,
  }));
  const readings: { [T in Thing]?: Reading<Thing>[] } = {};
  for (const { file, reader } of taken.toSorted((a, b) => rank(a.reader) - rank(b.reader))) {
    if (reader === undefined) continue;
    const reading = readCapture(reader, file, shelf);
    if (reading !== undefined) readings[reader.thing] = [...(readings[reader.thing] ?? []), reading];
    else if (reader.thing === 'interfaces') shelf.unread.add(name);
  }
  for (const { file, reader } of taken)
    shelf.inventory.push(listed(file, name, reader, readings as Readings, shelf.desk));
  if (taken.some(({ reader }) => reader !== undefined)) return readings as Readings;
  shelf.desk.error(topOf(paths[0] ?? name), `nothing in folder \`${name}\` is a capture`, NAMES);
  return undefined;
}

const rank = (reader: Reader | undefined): number => (reader === undefined ? -1 : READERS.indexOf(reader));

function readCapture(reader: Reader, file: string, { texts, desk }: Shelf): Reading<Thing> | undefined {
  const text = texts.get(file) ?? '';
  const result = reader.read(text, file);
  const value = desk.take(result);
  const strange = result.located.filter(isStrange);
  if (value === undefined) return undefined;
  const lost = lostSix(text, strange, reader, file, desk);
  if (lost !== undefined) return { file, value: lost, strange: 0 } as Reading<Thing>;
  if (isNone(text, strange, reader, desk)) return undefined;
  return { file, value, strange: strange.length, hidden: hiddenIn(reader, file, text) } as Reading<Thing>;
}

/**
 * A file of which no line could be read does not show that there is nothing: the command failed
 * (`iptables-save: command not found`), or it is another file.
 */
function isNone(text: string, strange: readonly Located[], reader: Reader, desk: Desk): boolean {
  const [first] = strange;
  if (first === undefined || !isAll(strange, text) || !LISTINGS.includes(reader.thing)) return false;
  desk.error(first.place, `nothing in this file is what it is named after: ${reader.what}`, TAKE_AGAIN, 'line');
  return true;
}

const TAKE_AGAIN = 'take it again; an empty file is what says that the command printed nothing';

const isAll = (strange: readonly Located[], text: string): boolean =>
  strange.length >= text.split('\n').filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)).length;

/** The same of a capture of IPv6 alone makes only IPv6 unknown. */
function lostSix(
  text: string,
  strange: readonly Located[],
  { thing, name, what }: Reader,
  file: string,
  desk: Desk,
): Facts[(typeof SIX_LISTINGS)[number]] | undefined {
  const [first] = strange;
  if (first === undefined || !isAll(strange, text) || !SIX_LISTINGS.some((one) => one === thing)) return undefined;
  desk.note(first.place, `nothing in this file is what it is named after: ${what}`, TAKE_AGAIN);
  const unread = notKnown(`${file} does not hold what it is named after`);
  const table = TABLES.find((one) => name.endsWith(`-${one}.txt`));
  return thing === 'table6' && table !== undefined ? { name: table, ruleset: unread } : unread;
}

function listed(
  file: string,
  folder: string,
  reader: Reader | undefined,
  readings: Readings,
  desk: Desk,
): InventoryItem {
  if (reader === undefined) return unknownFile(file, file.slice(folder.length + 1), desk);
  const reading = every(readings, reader.thing).find((one) => one.file === file);
  return reading === undefined
    ? { file, status: 'unknown', what: `${reader.what}: cannot be read` }
    : inventoryItem(reader, reading, readings);
}

const hiddenIn = (reader: Reader, file: string, text: string): readonly Unmodelled[] =>
  reader.thing in HIDING
    ? hiddenRules(text, file, HIDING[reader.thing], reader.thing === 'ruleset6' || reader.thing === 'table6')
    : [];

/** Captures of tools that may only mention rules that others made. */
const HIDING: Readonly<Partial<Record<Thing, 'ip' | 'bridge' | 'arp'>>> = {
  ruleset: 'ip',
  table: 'ip',
  ruleset6: 'ip',
  table6: 'ip',
  ebtables: 'bridge',
  arptables: 'arp',
};

/** A line that is no part of what its file holds. */
const isStrange = ({ severity, message }: Located): boolean =>
  severity === 'note' && /^(this line|not read:) /.test(message);
