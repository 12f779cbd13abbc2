import type { DescribedNode } from '../wiring/wiring.ts';
import { at, type Desk } from './desk.ts';
import { every, type Readings } from './facts.ts';

const ADVICE = 'what a capture shows is not described by hand: leave one of them out';

/**
 * The readings of a node with what `network.yaml` says of it: a description takes the place of a capture that is not
 * there, and never that of one that is.
 */
export function describedReadings(
  captured: Readings | undefined,
  described: DescribedNode | undefined,
  desk: Desk,
): Readings {
  const readings = captured ?? {};
  if (described === undefined) return readings;
  const source = desk.source('network.yaml');
  const [interfaces] = every(readings, 'interfaces');
  const [routes] = every(readings, 'routes');
  if (routes !== undefined && described.routesAt !== undefined)
    source.error(
      described.routesAt,
      `the routes of \`${described.name.text}\` are captured: ${at({ file: routes.file, line: 1, column: 1 })}`,
      ADVICE,
    );
  if (interfaces !== undefined && described.interfacesAt !== undefined)
    source.error(
      described.interfacesAt,
      `the interfaces of \`${described.name.text}\` are captured: ${at({ file: interfaces.file, line: 1, column: 1 })}`,
      ADVICE,
    );
  if (interfaces !== undefined || (captured !== undefined && described.interfacesAt === undefined)) return readings;
  return { ...readings, interfaces: [{ file: 'network.yaml', value: described.interfaces, strange: 0 }] };
}
