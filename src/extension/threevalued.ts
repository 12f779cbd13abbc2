import type { Matched } from './definition.ts';

/** Parts that all must hold, asked in order: one that fails decides, else one that is not known does. */
export function every(...parts: readonly (() => Matched)[]): Matched {
  let doubt: Matched = true;
  for (const part of parts) {
    const matched = part();
    if (matched === false) return false;
    if (doubt === true) doubt = matched;
  }
  return doubt;
}
