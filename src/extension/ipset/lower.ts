import { all, any, equals, FALSE, first, inRanges, masked, TRUE } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import type { Field } from '../../packet/field.ts';
import { contains, intersect, type Ranges, union, without } from '../../packet/ranges.ts';
import { type Scalar } from '../../packet/scalar.ts';
import { fits } from '../codec/interface.ts';
import type { ContextSet, RuleContext } from '../definition.ts';
import {
  bySpecificity,
  type Direction,
  deviceOf,
  dimensions,
  hasMac,
  ICMP,
  membersOf,
  PORTED,
  protocolsOf,
  type SetPart,
  type SetQuestion,
  setOf,
  stopsOf,
} from './dimension.ts';

/**
 * The packets that a set holds.
 * @throws Error for a set that can't be told: `doubtOf` comes first
 */
export function lowerSet(name: string, question: SetQuestion, context: RuleContext): Predicate {
  const set = setOf(name, context);
  if (question.directions.length < dimensions(set.type)) return FALSE;
  if (set.type === 'list:set') return any(...membersOf(set).map((member) => lowerSet(member, question, context)));
  return lowerAddresses(set, question) ?? lowerEntries(set, question, context);
}

/** A set of addresses alone is one list of ranges, laid over each other from the widest to the narrowest. */
function lowerAddresses({ entries }: ContextSet, { directions, returnNomatch }: SetQuestion): Predicate | undefined {
  const field: Field = directions[0] ?? 'src';
  const plain = entries.every(
    ({ parts }) => parts.length === 1 && parts[0]?.kind === 'address' && parts[0].mask === undefined,
  );
  if (!plain) return undefined;
  if (entries.every(({ nomatch }) => !nomatch))
    return returnNomatch ? FALSE : inRanges(field, unite(entries.map(rangesOf)));
  const held = bySpecificity(entries).reduceRight<Ranges<Scalar>>(
    (below, entry) =>
      entry.nomatch === returnNomatch ? union(below, rangesOf(entry)) : without(below, rangesOf(entry), field),
    [],
  );
  return inRanges(field, held);
}

const rangesOf = ({ parts: [part] }: ContextSet['entries'][number]): Ranges<Scalar> =>
  part?.kind === 'address' ? part.ranges : [];

/** The union of many lists of ranges, in one go. */
const unite = (lists: readonly Ranges<Scalar>[]): Ranges<Scalar> => union(lists.flat(), []);

const lowerEntries = (set: ContextSet, question: SetQuestion, context: RuleContext): Predicate =>
  first(
    stopsOf(set).map(({ parts, nomatch }) => ({
      when: all(...parts.map((part, i) => lowerPart(part, question.directions[i] ?? 'src', context))),
      then: nomatch === question.returnNomatch ? TRUE : FALSE,
    })),
    FALSE,
  );

function lowerPart(part: SetPart, direction: Direction, context: RuleContext): Predicate {
  switch (part.kind) {
    case 'address':
      return part.mask === undefined ? inRanges(direction, part.ranges) : masked(direction, part.mask, part.ranges);
    case 'mark':
      return part.mask === undefined ? inRanges('mark', part.ranges) : masked('mark', part.mask, part.ranges);
    case 'mac':
      if (!hasMac(context)) return FALSE;
      return inRanges(direction === 'src' ? 'macSrc' : 'macDst', part.ranges);
    case 'interface': {
      const device = deviceOf(direction, context);
      return device !== undefined && fits(part.name, device) ? TRUE : FALSE;
    }
    case 'set':
      return FALSE; // of lists alone, which are asked member by member
    case 'port':
      return any(...protocolsOf(part.protocol).map((protocol) => lowerPort(protocol, part.ranges, direction)));
  }
}

function lowerPort(protocol: number, ports: Ranges, direction: Direction): Predicate {
  const own = equals('proto', protocol);
  if (protocol === ICMP) return all(own, equals('fragment', 0), lowerIcmp(ports));
  if (!PORTED.includes(protocol)) return contains(ports, 0) ? own : FALSE;
  return all(own, equals('fragment', 0), inRanges(direction === 'src' ? 'sport' : 'dport', ports));
}

/** Type and code as one number, type · 256 + code. */
function lowerIcmp(ports: Ranges): Predicate {
  const types = [...Array(256).keys()].map((type) => {
    const codes = intersect(ports, [[type * 256, type * 256 + 255]]);
    return all(
      equals('icmpType', type),
      inRanges(
        'icmpCode',
        codes.map(([low, high]) => [low % 256, high % 256] as const),
      ),
    );
  });
  return any(...types);
}
