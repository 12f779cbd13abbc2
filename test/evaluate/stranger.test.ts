import { expect, it } from 'vitest';
import { type Fact, hasOneOf } from '../../src/evaluate/stranger.ts';
import { worldOf } from './at-hook.ts';
import { build } from './build.ts';

const [A, B] = [0x0a0000000001, 0x0a0000000002];
const ALL = 0xffffffffffff;
const VENDOR = 0xffffff000000;
const exactly = (address: number) => ({ address, mask: ALL });
const origin = { node: 'h', text: '-s' };

/** What is found out about one stranger after some answers, and how often somebody had to be asked. */
function asked(answers: readonly boolean[], ...of: readonly { address: number; mask: number }[]) {
  let count = 0;
  const choose = <S>(): S => Number(answers[count++] ?? false) as S;
  const world = worldOf(build({}, []), { choose });
  return { found: of.map((one) => hasOneOf(world, 'him', [one], origin)), count, world };
}

it('rules ask the same of somebody out of sight as often as they like, and hear the same', () => {
  expect(asked([true], exactly(A), exactly(A))).toMatchObject({ found: [true, true], count: 1 });
  expect(asked([false], exactly(A), exactly(A))).toMatchObject({ found: [false, false], count: 1 });
});

it('he has one address: what is known of some bits decides about others', () => {
  expect(asked([true], exactly(A), exactly(B))).toMatchObject({ found: [true, false], count: 1 });
  expect(asked([true], exactly(A), { address: A, mask: VENDOR })).toMatchObject({ found: [true, true], count: 1 });
  expect(asked([false], { address: A, mask: VENDOR }, exactly(A))).toMatchObject({ found: [false, false], count: 1 });
  expect(asked([true, true], { address: A, mask: VENDOR }, exactly(A))).toMatchObject({
    found: [true, true],
    count: 2,
  });
  expect(asked([false, true], exactly(A), exactly(B))).toMatchObject({ found: [false, true], count: 2 });
});

it('his address is no group, and others have theirs', () => {
  const group = { address: 0x010000000000, mask: 0x010000000000 };
  const { found, count, world } = asked([true], group, exactly(0xffffffffffff), exactly(A));
  expect([found, count]).toEqual([[false, false, true], 1]);
  expect(hasOneOf(world, 'another', [exactly(A)], origin)).toBe(false);
  expect(world.strangers.get('him')).toContainEqual({ of: exactly(A), so: true } satisfies Fact);
});

it('what asks for no bit holds of everybody', () => {
  expect(asked([], { address: 0, mask: 0 })).toMatchObject({ found: [true], count: 0 });
});
