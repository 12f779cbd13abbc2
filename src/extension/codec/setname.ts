import { andThen, type Codec, each, refused, value } from './codec.ts';

/** A set and, for each of its dimensions, which side of the packet is looked up. */
export interface SetName {
  readonly name: string;
  readonly directions: readonly ('src' | 'dst')[];
}

const LONGEST = 31; // IPSET_MAXNAMELEN - 1
const MOST = 6; // IPSET_DIM_MAX - 1

/** `--match-set NAME src[,dst…]`. */
export const setName: Codec<SetName> = {
  metavar: 'SET src|dst[,…]',
  words: 2,
  parse([name, sides = '']) {
    if (name === '' || name.length > LONGEST)
      return refused(`\`${name}\` is no name of a set`, `at most ${LONGEST} characters`);
    const read = each(
      sides
        .split(',')
        .map((side) =>
          side === 'src' || side === 'dst' ? value<'src' | 'dst'>(side) : refused(`\`${side}\` is neither src nor dst`),
        ),
    );
    return andThen(read, (directions) =>
      directions.length > MOST
        ? refused(`${directions.length} directions`, `at most ${MOST}`)
        : value({ name, directions }),
    );
  },
  print: ({ name, directions }) => `${name} ${directions.join(',')}`,
  domain: {
    kind: 'record',
    members: {
      name: {
        kind: 'one of',
        values: ['addresses', 'nets', 'services', 'macs', 'marks', 'devices', 'pairs', 'lists', 'absent'],
      },
      directions: { kind: 'list', of: { kind: 'one of', values: ['src', 'dst'] }, minimum: 1, maximum: 3 },
    },
  },
};
