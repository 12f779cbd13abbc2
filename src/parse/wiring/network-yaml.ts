import type { Node as YamlNode } from 'yaml';
import { didYouMean } from '../nearest.ts';
import type { Source, Word } from '../source.ts';
import { describeNode } from './described.ts';
import { isDefaults, known } from './known.ts';
import type { WiredEnd, WiredLink, Wiring } from './wiring.ts';
import { NO_WIRING } from './wiring.ts';
import { type Entry, Yaml } from './yaml.ts';

const KEYS = ['version', 'assume', 'links', 'nodes', 'names'];
const END = 'an end of a link is written like `compute-1:eth2`';

/** Reads `network.yaml`; whether the nodes and interfaces that it names exist is checked later. */
export function readWiring(source: Source): Wiring {
  if (source.isEmpty) return NO_WIRING;
  const yaml = new Yaml(source);
  const entries = yaml.root === undefined ? [] : known(yaml, yaml.entries(yaml.root, '`network.yaml`'), KEYS);
  const at = (key: string): YamlNode | undefined => entries.find((entry) => entry.key.text === key)?.value;
  checkVersion(yaml, entries);
  const defaultsFor: Word[] = [];
  const kernelDefaults = readAssume(yaml, at('assume'), defaultsFor);
  const links = yaml.entries(at('links'), '`links`').map((entry) => readLink(yaml, entry));
  const nodes = new Map(
    yaml.entries(at('nodes'), '`nodes`').map((entry) => [entry.key.text, describeNode(yaml, entry)] as const),
  );
  const names = yaml.entries(at('names'), '`names`').flatMap(({ key, value }) => {
    const node = yaml.word(value, `the node of \`${key.text}\``);
    return node === undefined ? [] : [{ name: key, node }];
  });
  return { kernelDefaults, defaultsFor, links, nodes, names };
}

function checkVersion(yaml: Yaml, entries: readonly Entry[]): void {
  const entry = entries.find(({ key }) => key.text === 'version');
  if (entry === undefined && yaml.root !== undefined)
    yaml.source.note({ line: 1, column: 1, length: 1 }, 'no `version`', 'begin the file with `version: 1`');
  const version = entry && yaml.word(entry.value, '`version`');
  if (version !== undefined && version.text !== '1')
    yaml.source.error(version, `version \`${version.text}\` is not known`, 'this release reads `version: 1`');
}

/** `assume: kernel-defaults`, or `assume: { compute-1: kernel-defaults }`. */
function readAssume(yaml: Yaml, node: YamlNode | undefined, defaultsFor: Word[]): boolean {
  if (node === undefined) return false;
  if (!yaml.isMap(node)) return isDefaults(yaml, node);
  for (const { key, value } of yaml.entries(node, '`assume`')) if (isDefaults(yaml, value)) defaultsFor.push(key);
  return false;
}

function readLink(yaml: Yaml, { key, value }: Entry): WiredLink {
  if (!yaml.isMap(value)) return { name: key, ends: readEnds(yaml, key, value, []) };
  const parts = known(yaml, yaml.entries(value, `link \`${key.text}\``), ['ends', 'mac-filter']);
  const filter = yaml.entries(parts.find((part) => part.key.text === 'mac-filter')?.value, '`mac-filter`');
  const ends = parts.find((part) => part.key.text === 'ends');
  if (ends === undefined)
    yaml.source.error(
      key,
      `link \`${key.text}\` has no \`ends\``,
      'write them as `ends: [compute-1:eth2, compute-2:eth2]`',
    );
  return { name: key, ends: readEnds(yaml, key, ends?.value, filter) };
}

function readEnds(yaml: Yaml, link: Word, node: YamlNode | undefined, filter: readonly Entry[]): readonly WiredEnd[] {
  const words = yaml
    .items(node, `the ends of link \`${link.text}\``)
    .flatMap((item) => endWord(yaml, item, link) ?? []);
  const filtered = filter.flatMap((entry) => (isOwn(yaml, entry, words) ? [entry.key.text] : []));
  return words.flatMap((word) => {
    const [, name, device] = /^([^:]+):([^:\s]+)$/.exec(word.text) ?? [];
    if (name !== undefined && device !== undefined)
      return [{ at: word, node: name, interface: device, ownAddressOnly: filtered.includes(word.text) }];
    yaml.source.error(word, `\`${word.text}\` is no interface of a node`, END);
    return [];
  });
}

/** In a flow list `a: b` without quotes is a mapping: `[compute-1: eth1]`. */
function endWord(yaml: Yaml, item: YamlNode, link: Word): Word | undefined {
  if (!yaml.isMap(item)) return yaml.word(item, `an end of link \`${link.text}\``);
  yaml.source.error(yaml.span(item), 'a mapping where an end of a link should be', `${END}, without a blank`);
  return undefined;
}

function isOwn(yaml: Yaml, { key, value }: Entry, ends: readonly Word[]): boolean {
  const word = yaml.word(value, `the filter of \`${key.text}\``);
  const end = ends.some(({ text }) => text === key.text);
  if (!end)
    yaml.source.error(
      key,
      `\`${key.text}\` is no end of this link`,
      didYouMean(
        key.text,
        ends.map(({ text }) => text),
      ),
    );
  if (word !== undefined && word.text !== 'own')
    yaml.source.error(word, `\`${word.text}\` is no filter`, 'only `own` is one: frames to the own address alone');
  return end && word?.text === 'own';
}
