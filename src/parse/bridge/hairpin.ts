import type { Place } from '../../packet/place.ts';
import type { Result } from '../located.ts';
import { Source, TOP } from '../source.ts';

/** `hairpin_mode` of one port. */
export interface SeenHairpin {
  readonly port: string;
  readonly on: boolean;
  readonly place: Place;
}

/** Reads `/sys/class/net/IFACE/brport/hairpin_mode`, whose port is the file's name: `hairpin-IFACE.txt`. */
export function parseHairpin(text: string, file: string): Result<SeenHairpin> {
  const source = new Source(text, file);
  const port = /hairpin-(.+)\.txt$/.exec(file)?.[1] ?? '';
  const at = source.lines.findIndex((line) => line.trim() !== '') + 1;
  const word = at === 0 ? undefined : source.whole(at);
  if (word === undefined || (word.text !== '0' && word.text !== '1'))
    source.error(
      word ?? TOP,
      word === undefined ? 'an empty hairpin mode' : `\`${word.text}\` is no hairpin mode`,
      '`hairpin_mode` holds 0 or 1',
    );
  return source.result({ port, on: word?.text === '1', place: source.place(word ?? TOP) });
}
