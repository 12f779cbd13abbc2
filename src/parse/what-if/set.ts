import { findInterface, SETTINGS, settingKey } from '../../network/access.ts';
import type { Edit } from '../../network/edit.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Link, LinkEnd, Network, Node } from '../../network/network.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Source, Word } from '../source.ts';
import { cut, findNode, findTable, isSix, knownRules, part, split } from './words.ts';

const SHAPE =
  'write `node:KEY=VALUE`, KEY a sysctl, IFACE.up, IFACE.promisc, IFACE.hairpin or [-6:]TABLE:CHAIN:policy; or `LINK.mac-filter=own`';
const FLAGS = ['up', 'promisc', 'hairpin'] as const;
const ON_OFF: Readonly<Record<string, boolean>> = {
  1: true,
  on: true,
  yes: true,
  true: true,
  up: true,
  0: false,
  off: false,
  no: false,
  false: false,
  down: false,
};

/** Reads the argument of `--set`: `node:KEY=VALUE` or `LINK.mac-filter=VALUE`. */
export function parseSet(word: Word, network: Network, source: Source): Edit | undefined {
  const halves = cut(word, '=');
  if (halves === undefined) {
    source.error(part(word, word.text.length), 'no `=VALUE`', SHAPE);
    return undefined;
  }
  const [key, value] = halves;
  if (key.text.endsWith('.mac-filter') && cut(key, ':') === undefined) return macFilter(key, value, network, source);
  return onNode(key, value, network, source);
}

function onNode(whole: Word, value: Word, network: Network, source: Source): Edit | undefined {
  const halves = cut(whole, ':');
  if (halves === undefined) {
    source.error(whole, `no node before \`${whole.text}\``, SHAPE);
    return undefined;
  }
  const node = findNode(halves[0], network, source);
  if (node === undefined) return undefined;
  const key = halves[1];
  if (key.text.includes(':')) return policy(key, value, node, source);
  return flag(key, value, node, source) ?? setting(key, value, node, source);
}

/** `TABLE:CHAIN:policy=ACCEPT|DROP`, of ip6tables `-6:TABLE:CHAIN:policy=…`. */
function policy(key: Word, value: Word, node: Node, source: Source): Edit | undefined {
  const words = split(key, ':');
  const family = words[0] !== undefined && isSix(words[0]) ? 6 : undefined;
  const [tableWord, chain, last, more] = family === 6 ? words.slice(1) : words;
  if (tableWord === undefined || chain === undefined || last?.text !== 'policy' || more !== undefined) {
    source.error(key, `\`${key.text}\` is no key`, SHAPE);
    return undefined;
  }
  const table = findTable(tableWord, source);
  const builtIn: readonly string[] = table === undefined ? [] : BUILT_IN[table];
  if (table !== undefined && !builtIn.includes(chain.text))
    source.error(chain, `table ${table} has no built-in chain \`${chain.text}\``, didYouMean(chain.text, builtIn));
  const { text } = value;
  if (text !== 'ACCEPT' && text !== 'DROP')
    source.error(value, `\`${text}\` is no policy`, 'a policy is ACCEPT or DROP');
  knownRules(node, family, tableWord, source);
  if (table === undefined || source.located.length > 0 || (text !== 'ACCEPT' && text !== 'DROP')) return undefined;
  const six: { readonly family?: 6 } = family === undefined ? {} : { family };
  return { kind: 'policy', node: node.name, ...six, table, chain: chain.text, policy: text, place: source.place(key) };
}

/** `IFACE.up`, `IFACE.promisc`, `IFACE.hairpin`; `undefined`, and nothing said, for a key that is none of them. */
function flag(key: Word, value: Word, node: Node, source: Source): Edit | undefined {
  const name = FLAGS.find((one) => key.text.endsWith(`.${one}`));
  if (name === undefined || isSetting(key.text)) return undefined;
  const device = part(key, 0, key.text.length - name.length - 1);
  const found = findInterface(node, device.text);
  const names = node.interfaces.map((one) => one.name);
  if (found === undefined)
    source.error(device, `${node.name} has no interface \`${device.text}\``, didYouMean(device.text, names));
  const on = ON_OFF[value.text.toLowerCase()];
  if (on === undefined)
    source.error(value, `\`${value.text}\` is neither on nor off`, `write ${key.text}=1 or ${key.text}=0`);
  if (name === 'hairpin' && found !== undefined && found.master === undefined)
    source.error(device, `${device.text} is no port of a bridge`, 'hairpin is a flag of bridge ports');
  if (found === undefined || on === undefined || source.located.length > 0) return undefined;
  return { kind: 'flag', node: node.name, interface: found.name, flag: name, value: on, place: source.place(key) };
}

const isSetting = (key: string): boolean => /^(net|kernel|vm|fs)[./]/.test(key);

const flagsOf = ({ interfaces }: Node): string[] =>
  interfaces.flatMap(({ name }) => FLAGS.map((one) => `${name}.${one}`));

/** Keys that are read beside those of SETTINGS, as two numbers. */
const RANGES: readonly string[] = ['net.ipv4.ip_local_port_range'];

/** The keys that take part in the model, interfaces filled in. */
const keysOf = (node: Node): string[] =>
  [...SETTINGS, ...RANGES].flatMap((key) =>
    key.includes('*')
      ? ['all', 'default', ...node.interfaces.map(({ name }) => name)].map((one) => key.replace('*', one))
      : [key],
  );

function setting(key: Word, value: Word, node: Node, source: Source): Edit | undefined {
  if (source.located.length > 0) return undefined;
  const name = settingKey(key.text);
  const known = keysOf(node);
  const text = value.text.trim().replace(/\s+/g, ' ');
  if (!known.includes(name))
    return void source.error(key, notModelled(key.text, node), adviceFor(name, [...flagsOf(node), ...known]));
  const wanted = RANGES.includes(name) ? /^\d+ \d+$/ : /^\d+$/;
  if (!wanted.test(text))
    return void source.error(
      value,
      `\`${value.text}\` is no value of ${name}`,
      RANGES.includes(name) ? 'write two ports: `LOW HIGH`' : 'write a whole number',
    );
  return { kind: 'setting', node: node.name, key: name, value: text, place: source.place(key) };
}

const notModelled = (key: string, node: Node): string =>
  node.settings.has(settingKey(key))
    ? `\`${key}\` takes no part in the model: setting it would change nothing`
    : `\`${key}\` is neither a setting that the model reads nor a flag of an interface`;

function adviceFor(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === undefined ? SHAPE : `did you mean \`${near}\`?`;
}

/** `LINK.mac-filter=own`, `=none`, or the ends that get only frames to their own address: `=NODE:IFACE,…`. */
function macFilter(key: Word, value: Word, network: Network, source: Source): Edit | undefined {
  const name = part(key, 0, key.text.length - '.mac-filter'.length);
  const link = network.links.find((one) => one.name === name.text);
  if (link === undefined) {
    source.error(
      name,
      `no link \`${name.text}\``,
      didYouMean(
        name.text,
        network.links.map((one) => one.name),
      ),
    );
    return undefined;
  }
  const ends = endsOf(value, link, source);
  return ends && { kind: 'mac-filter', link: link.name, ownAddressOnly: (end) => ends.has(printEnd(end)) };
}

const printEnd = ({ node, interface: name }: LinkEnd): string => `${node}:${name}`;

function endsOf(value: Word, { name, ends }: Link, source: Source): ReadonlySet<string> | undefined {
  const known = ends.map(printEnd);
  if (['own', '1', 'on'].includes(value.text)) return new Set(known);
  if (['none', '0', 'off', ''].includes(value.text)) return new Set();
  const named = split(value, ',').map((word) => part(word, 0, word.text.replace(/[:=]own$/, '').length));
  for (const end of named)
    if (!known.includes(end.text))
      source.error(end, `\`${end.text}\` is no end of ${name}`, didYouMean(end.text, ['own', 'none', ...known]));
  return source.located.length > 0 ? undefined : new Set(named.map(({ text }) => text));
}
