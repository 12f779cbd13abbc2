import { describe, expect, it } from 'vitest';
import type { Disposition, Fate } from '../../src/packet/fate.ts';
import { aimOf, unknownsOf } from '../../src/question/aim.ts';
import type { Target } from '../../src/question/question.ts';

const NONE: Fate = { kind: 'none', reason: 'not followed' };
const delivered = (node: string): Fate => ({ kind: 'delivered', node, interface: 'eth0' });
const leaves = (node: string): Fate => ({ kind: 'leaves', node, interface: 'eth1' });
const DROPPED: Fate = { kind: 'dropped', node: 'b', reason: 'rule' };
const UNKNOWN: Fate = { kind: 'unknown', node: 'b', unknown: { id: 'u', reason: 'no capture' } };
const end = (request: Fate, reply: Fate = NONE): Disposition => ({ request, reply });

const ADDRESS: Target = { kind: 'prefix', prefix: { address: 1, length: 32 } };
const NODE: Target = { kind: 'node', node: 'b' };
const OUTSIDE: Target = { kind: 'outside' };
const VIA: Target = { kind: 'outside', via: { node: 'b', interface: 'eth1' } };

const yes = { certain: true, possible: true };
const no = { certain: false, possible: false };
const perhaps = { certain: false, possible: true };

describe('what counts as reached', () => {
  it.each<[string, Target, boolean, Disposition, typeof yes]>([
    ['an address: whoever is delivered to', ADDRESS, false, end(delivered('x')), yes],
    ['an address: not what is dropped', ADDRESS, false, end(DROPPED), no],
    ['an address: perhaps what leaves', ADDRESS, false, end(leaves('b')), perhaps],
    ['an address: perhaps what meets the unknown', ADDRESS, false, end(UNKNOWN), perhaps],
    ['a node: only that node', NODE, false, end(delivered('b')), yes],
    ['a node: not another', NODE, false, end(delivered('x')), no],
    ['outside: what leaves', OUTSIDE, false, end(leaves('x')), yes],
    ['outside: not what is delivered', OUTSIDE, false, end(delivered('b')), no],
    ['outside via: only there', VIA, false, end(leaves('b')), yes],
    ['outside via: not elsewhere', VIA, false, end(leaves('x')), no],
    ['and back: the answer too', ADDRESS, true, end(delivered('x'), delivered('a')), yes],
    ['and back: not without answer', ADDRESS, true, end(delivered('x'), DROPPED), no],
    ['and back: not where nobody answers', ADDRESS, true, end(delivered('x'), NONE), no],
    ['and back: perhaps if the answer leaves', ADDRESS, true, end(delivered('x'), leaves('x')), perhaps],
    ['and back: perhaps if the answer meets the unknown', ADDRESS, true, end(delivered('x'), UNKNOWN), perhaps],
    ['and back: perhaps if the request leaves', ADDRESS, true, end(leaves('x')), perhaps],
    ['and back: not if a node is reached that was not asked for', NODE, true, end(delivered('x'), delivered('a')), no],
    ['outside and back: nobody sees the answer', OUTSIDE, true, end(leaves('x')), perhaps],
    ['outside and back: not what is dropped', OUTSIDE, true, end(DROPPED), no],
  ])('%s', (_, target, back, disposition, expected) => {
    const aim = aimOf({ target, back });
    expect({ certain: aim.certain(disposition), possible: aim.possible(disposition) }).toEqual(expected);
  });
});

it('the unknowns of an end are what it met and where it left', () => {
  expect(unknownsOf(end(UNKNOWN, leaves('x'))).map(({ reason }) => reason)).toEqual([
    'no capture',
    expect.stringContaining('x:eth1 is out of sight'),
  ]);
  expect(unknownsOf(end(delivered('b'), DROPPED))).toEqual([]);
});
