import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type Node as YamlNode,
} from 'yaml';
import type { Network } from '../network/network.ts';
import type { Place } from '../packet/place.ts';
import type { Located, Result } from '../parse/located.ts';
import { nearest } from '../parse/nearest.ts';
import { parseQuestion } from './parse.ts';
import type { Question } from './question.ts';

/** A question and the answer that is expected of it. */
export interface Policy {
  readonly id: string;
  readonly question: Question;
  readonly expect: 'yes' | 'no';
  readonly why?: string;
  readonly place: Place;
}

const MEMBERS = { file: ['version', 'policies'], policy: ['id', 'ask', 'expect', 'why'] } as const;

/** Says what is wrong at offsets of the file. */
type Complain = (start: number, length: number, message: string, advice: string) => void;

interface Reading {
  readonly text: string;
  readonly complain: Complain;
  readonly placeOf: (offset: number) => Place;
  readonly network: Network;
  readonly ids: Set<string>;
  readonly located: Located[];
}

/**
 * Reads `policies.yaml` (contract, section 4) and the questions in it. Every mistake is reported at its place in the
 * file, all of them at once; a file without a policy is a mistake too.
 */
export function parsePolicies(text: string, file: string, network: Network): Result<readonly Policy[]> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const located: Located[] = [];
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const complain: Complain = (start, length, message, advice) => {
    const place = placeOf(start);
    const line = text.split(/\r?\n/)[place.line - 1] ?? '';
    const shown = Math.max(1, Math.min(length, line.length - place.column + 1));
    located.push({
      severity: 'error',
      place,
      length: shown,
      line,
      message,
      ...(advice === undefined ? {} : { advice }),
    });
  };
  for (const { pos, message } of document.errors)
    complain(
      pos[0],
      pos[1] - pos[0],
      message.split('\n')[0]?.toLowerCase() ?? 'no YAML',
      'write it as YAML: indent with blanks, quote text that holds `: ` or `#`',
    );
  const reading: Reading = { text, complain, placeOf, network, ids: new Set(), located };
  const policies = located.length > 0 ? [] : readFile(document.contents, reading);
  located.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  return located.length > 0 ? { located } : { value: policies, located };
}

function readFile(contents: unknown, reading: Reading): readonly Policy[] {
  if (!isMap(contents)) {
    reading.complain(0, 1, 'a file of policies is a map with `version` and `policies`', 'begin it with `version: 1`');
    return [];
  }
  const members = membersOf(contents as YAMLMap, MEMBERS.file, reading);
  const version = members.get('version');
  if (!isScalar(version) || version.value !== 1)
    complainAt(reading, version ?? contents, 'the version of this file is not known', 'write `version: 1`');
  const list = members.get('policies');
  if (!isSeq(list) || list.items.length === 0) {
    complainAt(reading, list ?? contents, 'no policies: nothing would be checked', 'list them under `policies:`');
    return [];
  }
  return list.items.flatMap((item) => readPolicy(item, reading));
}

function readPolicy(item: unknown, reading: Reading): readonly Policy[] {
  if (!isMap(item)) {
    complainAt(
      reading,
      item as YamlNode,
      'a policy is a map with `id`, `ask` and `expect`',
      'write `- id: …`, and the others below it',
    );
    return [];
  }
  const members = membersOf(item as YAMLMap, MEMBERS.policy, reading);
  const id = readText(members, 'id', item as YAMLMap, reading);
  const ask = readText(members, 'ask', item as YAMLMap, reading);
  const expect = readText(members, 'expect', item as YAMLMap, reading);
  const why = members.has('why') ? readText(members, 'why', item as YAMLMap, reading) : undefined;
  if (id !== undefined && reading.ids.has(id.value))
    complainAt(reading, id, `a second policy \`${id.value}\``, 'give each its own id');
  if (id !== undefined) reading.ids.add(id.value);
  if (expect !== undefined && expect.value !== 'yes' && expect.value !== 'no')
    complainAt(reading, expect, `\`${expect.value}\` cannot be expected`, 'expect `yes` or `no`');
  const question = ask && readQuestion(ask, reading);
  if (id === undefined || question === undefined || (expect?.value !== 'yes' && expect?.value !== 'no')) return [];
  const place = reading.placeOf((item as YAMLMap).range?.[0] ?? 0);
  return [{ id: id.value, question, expect: expect.value, ...(why === undefined ? {} : { why: why.value }), place }];
}

type Text = Scalar<string>;

function readText(
  members: ReadonlyMap<string, unknown>,
  name: string,
  policy: YAMLMap,
  reading: Reading,
): Text | undefined {
  const found = members.get(name);
  if (isScalar(found) && typeof found.value === 'string' && found.value.trim() !== '') return found as Text;
  complainAt(
    reading,
    (found as YamlNode | undefined) ?? policy,
    found === undefined ? `a policy without \`${name}\`` : `\`${name}\` is a text`,
    `write \`${name}: …\``,
  );
  return undefined;
}

/** The question's own errors, moved to where its text stands in the file. */
function readQuestion(ask: Text, reading: Reading): Question | undefined {
  const { value, located } = parseQuestion(ask.value, reading.network);
  const start = ask.range?.[0] ?? 0;
  const source = reading.text.slice(start, ask.range?.[1] ?? start);
  const offset = source.indexOf(ask.value); // where the text is folded or escaped, its beginning has to do
  for (const { place, length, message, advice } of located)
    reading.complain(
      offset < 0 ? start : start + offset + place.column - 1,
      length,
      message,
      advice ?? 'ask as `can … reach …` does',
    );
  return value;
}

function membersOf(map: YAMLMap, known: readonly string[], reading: Reading): ReadonlyMap<string, YamlNode> {
  const members = new Map<string, YamlNode>();
  for (const { key, value } of map.items as Pair<YamlNode, YamlNode | null>[]) {
    const name = isScalar(key) ? String(key.value) : '';
    const meant = nearest(name, known);
    if (known.includes(name)) members.set(name, value ?? key);
    else
      complainAt(
        reading,
        key,
        `\`${name}\` has no meaning here`,
        meant === undefined ? `known are ${known.join(', ')}` : `did you mean \`${meant}\`?`,
      );
  }
  return members;
}

function complainAt({ complain }: Reading, node: unknown, message: string, advice: string): void {
  const [start, end] = (node as YamlNode | null)?.range ?? [0, 1];
  complain(start, Math.max(1, end - start), message, advice);
}
