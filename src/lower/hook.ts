import { all, equals, not } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import type { Node } from '../network/network.ts';
import type { Hook, TableName } from '../network/ruleset.ts';
import { gathersFragments, trackingUnknown } from '../network/tracking.ts';
import type { Address } from '../packet/address.ts';
import { table } from './chain.ts';
import { confirm } from './confirm.ts';
import { track, withoutTemplate } from './conntrack.ts';
import { unmodelledAt } from './hidden.ts';
import type { Passage } from './merge.ts';
import { nat } from './nat.ts';
import { whether } from './settings.ts';
import { dropped, filter, known, lost, lostTo, type Then, type Walk } from './walk.ts';

/** Where a packet is asked: what a rule sees of it besides the packet. */
export interface Place {
  readonly node: Node;
  readonly hook: Hook;
  readonly in?: string;
  readonly out?: string;
  readonly physIn?: string;
  readonly physOut?: string;
  readonly bridged: boolean;
  /** Where it goes next by `out`; absent: to its destination itself (MASQUERADE). */
  readonly nextHop?: Address;
  /** The sender's own copy of what it sent to all. */
  readonly looped?: true;
}

export type Stage = TableName | 'conntrack' | 'confirm';

/** What is asked at each hook, by priority (enum nf_ip_hook_priorities). */
export const STAGES = {
  PREROUTING: ['raw', 'conntrack', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat', 'confirm'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'conntrack', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
} as const satisfies Record<Hook, readonly Stage[]>;

/** A packet passes a hook with all its tables. */
export const traverse = (walk: Walk, place: Place, then: Then): Steps =>
  enter(walk, place, (on) => stages(on, place, STAGES[place.hook], then));

/** Counts a visit, and stops where nobody knows the rules. */
export function enter(walk: Walk, place: Place, then: Then): Steps {
  const { node } = place;
  const other = unmodelledAt(node, 'ip');
  if (other !== undefined) return lostTo(walk, node, other);
  if (node.ruleset.kind === 'unknown') return lost(walk, node, `${node.name} rules`, node.ruleset.reason);
  return gathered(walk, place, (on) => then({ ...on, visits: on.visits + 1 }));
}

/** A later fragment goes no further where fragments are gathered: ahead of raw, where packets come in and where they are made. */
function gathered(walk: Walk, { node, hook }: Place, then: Then): Steps {
  if (node.ruleset.kind === 'unknown' || (hook !== 'PREROUTING' && hook !== 'OUTPUT')) return then(walk);
  const later = known(walk, equals('fragment', 1));
  if (later.kind === 'false') return then(walk);
  const waits = all(later, whether(walk.at, gathersFragments(node, node.ruleset.value), trackingUnknown(node).id));
  return filter(walk, not(waits), dropped(node, 'fragment'), then);
}

/** Some of a hook's stages, one after the other. */
export function stages(walk: Walk, place: Place, [head, ...rest]: readonly Stage[], then: Then): Steps {
  if (head === undefined) return then(walk);
  return stage(walk, place, head, (on) => stages(on, place, rest, then));
}

function stage(walk: Walk, place: Place, of: Stage, then: Then): Steps {
  switch (of) {
    case 'conntrack':
      return track(walk, place, then);
    case 'confirm':
      return confirm(walk, place, then);
    case 'nat':
      return nat(walk, place, then);
    case 'raw':
      return withoutTemplate(walk, place.node, (on) => pass(table(on, place, of), then));
    case 'mangle':
    case 'filter':
    case 'security':
      return pass(table(walk, place, of), then);
  }
}

/** Goes on after steps on one place. */
export const pass = ({ steps, walk }: Passage, then: Then): Steps => [
  ...steps,
  ...(walk === undefined ? [] : then(walk)),
];
