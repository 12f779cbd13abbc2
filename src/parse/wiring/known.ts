import type { Node as YamlNode } from 'yaml';
import { didYouMean } from '../nearest.ts';
import type { Entry, Yaml } from './yaml.ts';

const DEFAULTS = 'kernel-defaults';

/** The entries whose keys are known; the others are errors. */
export function known(yaml: Yaml, entries: readonly Entry[], keys: readonly string[]): readonly Entry[] {
  return entries.filter(({ key }) => {
    if (keys.includes(key.text)) return true;
    yaml.source.error(key, `\`${key.text}\` is no key here`, didYouMean(key.text, keys));
    return false;
  });
}

/** Whether a value says `kernel-defaults`; anything else is an error. */
export function isDefaults(yaml: Yaml, node: YamlNode | undefined): boolean {
  const word = yaml.word(node, '`assume`');
  if (word !== undefined && word.text !== DEFAULTS)
    yaml.source.error(word, `\`${word.text}\` cannot be assumed`, `only \`${DEFAULTS}\` can`);
  return word?.text === DEFAULTS;
}
