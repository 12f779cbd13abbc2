import type { XmlElement } from '@rgrove/parse-xml';
import { inside } from './xml.ts';

/** The variables that a `filterref` gives values to: each as often as it stands there, in their order. */
export function parametersOf(reference: XmlElement): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const { attributes } of inside(reference, 'parameter')) {
    const name = attributes['name'] ?? '';
    values.set(name, [...(values.get(name) ?? []), attributes['value'] ?? '']);
  }
  return values;
}
