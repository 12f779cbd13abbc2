import type { Place } from '../../packet/place.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';

/** A bridge as `brctl show` shows it. */
export interface SeenBridge {
  readonly name: string;
  readonly stp: boolean;
  readonly ports: readonly { readonly name: string; readonly place: Place }[];
  readonly place: Place;
}

const ID = /^[0-9a-f]{4}\.[0-9a-f]{12}$/i;

/** Reads `brctl show`: a bridge a line, its further ports on lines of their own. */
export function parseBrctlShow(text: string, file: string): Result<readonly SeenBridge[]> {
  const source = new Source(text, file);
  const bridges: (SeenBridge & { ports: { name: string; place: Place }[] })[] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.words(line);
    const [first, id, stp, port] = words;
    if (first === undefined || /^bridge\s+name\s+bridge\s+id/.test(source.whole(line).text)) continue;
    const last = bridges.at(-1);
    if (words.length === 1 && first.column > 1 && last !== undefined)
      last.ports.push({ name: first.text, place: source.place(first) });
    else if (id !== undefined && ID.test(id.text) && (stp?.text === 'yes' || stp?.text === 'no') && words.length < 5)
      bridges.push({
        name: first.text,
        stp: stp.text === 'yes',
        ports: port === undefined ? [] : [{ name: port.text, place: source.place(port) }],
        place: source.place(first),
      });
    else if (id !== undefined && ID.test(id.text))
      source.error(
        stp ?? first,
        `\`${source.whole(line).text}\` is no bridge`,
        '`brctl show` prints: bridge name, bridge id, STP enabled, interfaces',
      );
    else
      source.note(
        source.whole(line),
        'this line is no part of a `brctl show` listing',
        'delete it, or leave it: it is not read',
      );
  }
  return source.result(bridges);
}
