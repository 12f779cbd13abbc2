import type { Unmodelled } from '../../network/network.ts';
import type { Place } from '../../packet/place.ts';
import { detailsOf } from '../ip/addr-json.ts';
import type { Result } from '../located.ts';
import { FLAG, listedOf, optional, required, TEXT } from '../member.ts';
import { Source } from '../source.ts';

/** A bridge port as `bridge -d -j link show` shows it. */
export interface SeenPort {
  readonly name: string;
  readonly master?: string;
  readonly hairpin?: boolean;
  readonly state?: string;
  readonly unmodelled: readonly Unmodelled[];
  readonly place: Place;
}

/** Reads `bridge -d -j link show`. */
export function parseBridgeLink(text: string, file: string): Result<readonly SeenPort[]> {
  const source = new Source(text, file);
  const ports = listedOf(source).flatMap((object) => {
    const name = required(source, object, 'ifname', TEXT);
    const master = optional(source, object, 'master', TEXT);
    const state = optional(source, object, 'state', TEXT);
    const hairpin = optional(source, object, 'hairpin', FLAG);
    if (name === undefined) return [];
    return [
      {
        name,
        ...(master !== undefined && { master }),
        ...(state !== undefined && { state }),
        ...(hairpin !== undefined && { hairpin }),
        unmodelled: detailsOf(source, object, name),
        place: source.place(object.members.get('ifname')?.value.span ?? object.span),
      },
    ];
  });
  return source.result(ports);
}
