import { isRefused } from '../../extension/codec/codec.ts';
import type { FrameAction, FrameRule, FrameTest } from '../../network/frame-rules.ts';
import type { RuleDraft } from './dialect.ts';
import { findVerdict } from './verdict.ts';

/** Makes the rule of a draft whose words have all been read; `chains` are those that the table declares. */
export function finishRule(draft: RuleDraft, chain: string, chains: ReadonlySet<string>): Omit<FrameRule, 'number'> {
  checkPorts(draft, chain);
  const { dialect, target, tests, printed, source, line } = draft;
  const { action, words } = actionOf(draft, chain, chains);
  const text = dialect.print({ chain, tests: printed, target: target?.text, arguments: words });
  return { tests, action, text, place: source.place(line) };
}

interface Acting {
  readonly action: FrameAction;
  /** Its arguments, printed. */
  readonly words: readonly string[];
}

function actionOf(draft: RuleDraft, chain: string, chains: ReadonlySet<string>): Acting {
  const { target: word, source, given, dialect } = draft;
  const target = word === undefined || chains.has(word.text) ? undefined : dialect.targets.get(word.text);
  for (const [name, { at }] of given)
    if (target?.options.includes(name) !== true)
      source.error(at, `\`${at.text}\` is no argument of this rule's target`, 'name its target with `-j`');
  // ebtables goes on with the next rule where none names a target, as arptables does
  if (word === undefined) return { action: { kind: 'verdict', verdict: 'CONTINUE' }, words: [] };
  const verdict = findVerdict(word.text);
  if (verdict !== undefined) return { action: { kind: 'verdict', verdict }, words: [] };
  if (chains.has(word.text)) return { action: { kind: 'jump', chain: word.text }, words: [] };
  if (target === undefined)
    return { action: { kind: 'unknown', reason: `target ${word.text} is not modelled` }, words: [] };
  const stands = target.stands ?? [];
  const isBuiltIn = dialect.builtIn[draft.table]?.includes(chain) === true;
  const tables = new Set(stands.map((one) => one.split(' ')[0]));
  if (stands.length > 0 && (isBuiltIn ? !stands.includes(`${draft.table} ${chain}`) : !tables.has(draft.table)))
    source.error(
      word,
      `\`${word.text}\` cannot stand in ${draft.table} ${chain}`,
      `it may stand in ${stands.join(', ')}`,
    );
  const values = new Map([...given].map(([name, { value }]) => [name, value]));
  const made = target.make(values);
  if (!isRefused(made)) return { action: made.value, words: target.print(values, made.value) };
  source.error(word, made.refused, 'write the rule as it is printed');
  return { action: { kind: 'unknown', reason: made.refused }, words: [] };
}

const ENTRY: readonly FrameTest['kind'][] = ['in', 'logical in'];
const EXIT: readonly FrameTest['kind'][] = ['out', 'logical out'];
/** Chains where nothing has come in, and those where nothing goes out yet; asked of the chain that the rule stands in only. */
const LEAVING = ['OUTPUT', 'POSTROUTING'];
const ENTERING = ['INPUT', 'PREROUTING', 'BROUTING'];

function checkPorts({ source, line, tests }: RuleDraft, chain: string): void {
  if (LEAVING.includes(chain) && tests.some(({ kind }) => ENTRY.includes(kind)))
    source.error(line, `\`-i\` cannot stand in ${chain}: nothing comes in there`, 'match with `-o`');
  if (ENTERING.includes(chain) && tests.some(({ kind }) => EXIT.includes(kind)))
    source.error(line, `\`-o\` cannot stand in ${chain}: nothing goes out there yet`, 'match with `-i`');
}
