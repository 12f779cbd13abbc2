import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InventoryItem, Network, Node } from '../network/network.ts';
import { compare, Desk, topOf } from './assemble/desk.ts';
import { first, type Readings } from './assemble/facts.ts';
import { foldersOf, readFolder, type Shelf } from './assemble/folder.ts';
import { unknownFile } from './assemble/inventory.ts';
import { assembleLinks, assembleNames, pairLinks } from './assemble/links.ts';
import { withoutArp } from './assemble/no-arp.ts';
import { assembleNode } from './assemble/node.ts';
import { describedReadings } from './assemble/supplement.ts';
import { withTwinMacs } from './assemble/twin-macs.ts';
import type { Result } from './located.ts';
import { didYouMean } from './nearest.ts';
import { readerFor } from './readers.ts';
import { readWiring } from './wiring/network-yaml.ts';
import type { Wiring } from './wiring/wiring.ts';

const WIRING = 'network.yaml';
const FOLDERS = 'a snapshot is a folder with one folder a node, each with what the node printed';
/** Files beside the node folders that other commands read. */
const BESIDE: Readonly<Record<string, string>> = { 'policies.yaml': 'policies (for `netqed check`)' };

/**
 * Reads a snapshot: `files` by their paths relative to its folder, separated by `/`. All mistakes of all files come at
 * once; with any, there is no network.
 */
export function parseSnapshot(files: ReadonlyMap<string, string>): Result<Network> {
  const texts = new Map(
    [...files]
      .toSorted(([a], [b]) => compare(a, b))
      .map(([file, text]) => [file, text.replace(/^\uFEFF/, '')] as const),
  );
  const desk = new Desk(texts);
  const wiring = readWiring(desk.source(WIRING));
  const inventory = [...texts.keys()].filter((file) => !file.includes('/')).map((file) => besideItem(file, desk));
  const shelf: Shelf = { texts, desk, inventory, unread: new Set() };
  const read = [...foldersOf(texts)].map(([name, paths]) => [name, readFolder(name, paths, shelf)] as const);
  const nodes = assembleNodes(new Map(read), wiring, desk);
  if (nodes.size === 0 && !desk.hasErrors()) noNodes([...texts.keys()], desk);
  const wired = assembleLinks(wiring, nodes, shelf.unread, desk.source(WIRING));
  const links = [...wired, ...pairLinks(nodes, lowerDevices(read), wired)];
  const names = assembleNames(wiring, nodes, desk.source(WIRING));
  const located = desk.all();
  const network: Network = {
    nodes: withoutArp(withTwinMacs(nodes, links), read, links),
    links,
    names,
    inventory: inventory.sort((a, b) => compare(a.file, b.file)),
  };
  return located.some(({ severity }) => severity === 'error') ? { located } : { value: network, located };
}

/** Captures that stand beside the node folders are those of a node whose own folder was taken for the snapshot. */
function noNodes(files: readonly string[], desk: Desk): void {
  const capture = files.find((file) => readerFor(file) !== undefined);
  const advice =
    capture === undefined
      ? FOLDERS
      : 'put the captures of a node into a folder of its name, and name the folder around it';
  desk.error(topOf(capture ?? files[0] ?? WIRING), 'the snapshot holds no nodes', advice);
}

function besideItem(file: string, desk: Desk): InventoryItem {
  if (file === WIRING) return { file, status: 'read', what: 'how the nodes are wired, and nodes described by hand' };
  const what = BESIDE[file];
  if (what !== undefined) return { file, status: 'not modelled', what };
  return unknownFile(file, file, desk, [WIRING, ...Object.keys(BESIDE)]);
}

/** What stands behind the `@` of each interface, by node and name. */
const lowerDevices = (
  read: readonly (readonly [string, Readings | undefined])[],
): ReadonlyMap<string, ReadonlyMap<string, string>> =>
  new Map(
    read.map(([name, readings]) => [
      name,
      new Map(
        (first(readings ?? {}, 'interfaces') ?? []).flatMap((one) =>
          one.lower === undefined ? [] : [[one.name, one.lower] as const],
        ),
      ),
    ]),
  );

/** The captured nodes in the order of their names, then those described by hand in the order of the file. */
function assembleNodes(
  folders: ReadonlyMap<string, Readings | undefined>,
  wiring: Wiring,
  desk: Desk,
): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>();
  for (const name of new Set([...folders.keys(), ...wiring.nodes.keys()])) {
    const described = wiring.nodes.get(name);
    const captured = folders.get(name);
    if (folders.has(name) && captured === undefined) continue;
    const readings = describedReadings(captured, described, desk);
    const kernelDefaults =
      wiring.kernelDefaults ||
      described?.kernelDefaults === true ||
      wiring.defaultsFor.some(({ text }) => text === name);
    nodes.set(
      name,
      assembleNode(
        {
          name,
          readings,
          kernelDefaults,
          captured: captured !== undefined,
          ...(described !== undefined && { described }),
        },
        desk,
      ),
    );
  }
  for (const word of wiring.defaultsFor)
    if (!nodes.has(word.text) && !folders.has(word.text))
      desk.source(WIRING).error(word, `there is no node \`${word.text}\``, didYouMean(word.text, [...nodes.keys()]));
  return nodes;
}

/** Reads a snapshot's folder and its node folders; a folder that is not there or holds nothing is an error of its own. */
export async function readSnapshot(folder: string): Promise<Result<Network>> {
  const files = new Map<string, string>();
  try {
    await collect(folder, '', files);
  } catch (error) {
    const { code = 'unknown', path = folder } = error as NodeJS.ErrnoException;
    return complaint(path, UNREADABLE[code] ?? `it cannot be read (${code})`);
  }
  return files.size === 0 ? complaint(folder, 'the folder holds no files') : parseSnapshot(files);
}

/** What the system says of a folder or file that cannot be read. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'this is no folder',
  EACCES: 'it may not be read',
};

const complaint = (file: string, message: string): Result<Network> => ({
  located: [{ severity: 'error', place: topOf(file), length: 1, line: '', message, advice: FOLDERS }],
});

/** Every file of a folder and of the folders in it, but for hidden ones. */
async function collect(folder: string, under: string, files: Map<string, string>): Promise<void> {
  const names = (await readdir(join(folder, under))).filter((name) => !name.startsWith('.')).sort(compare);
  for (const name of names) {
    const path = under === '' ? name : `${under}/${name}`;
    const kind = await stat(join(folder, path));
    if (kind.isDirectory()) await collect(folder, path, files);
    else if (kind.isFile()) files.set(path, await readFile(join(folder, path), 'utf8'));
  }
}
