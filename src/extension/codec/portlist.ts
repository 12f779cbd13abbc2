import { andThen, type Codec, each, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { type PortRange, printPortRange, readPort } from './service.ts';

/** `struct xt_multiport_v1` holds 15 ports; a range takes two of them. */
const MOST = 15;

function readPart(text: string): Read<PortRange> {
  const [low, high] = halves(text, ':');
  return andThen(readPort(low), (a) => {
    if (high === undefined) return value([a, a] as const);
    return andThen(readPort(high), (b) =>
      a < b ? value([a, b] as const) : refused(`\`${text}\` is no range of ports`),
    );
  });
}

/** `PORT[,PORT:PORT]…`, printed in the order in which it was written. */
export const portList: Codec<readonly PortRange[]> = {
  metavar: 'PORT[:PORT][,…]',
  words: 1,
  parse: ([text]) =>
    andThen(each(text.split(',').map(readPart)), (list) => {
      const places = list.reduce((sum, [low, high]) => sum + (low === high ? 1 : 2), 0);
      return places > MOST ? refused(`${places} ports`, `at most ${MOST}; a range counts as two`) : value(list);
    }),
  print: (list) => list.map((range) => printPortRange(range)).join(','),
  domain: { kind: 'list', of: { kind: 'interval', low: 0, high: 65535 }, minimum: 1, maximum: 7 },
};
