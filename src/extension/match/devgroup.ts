import { all, FALSE, not, TRUE, unknownBit } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { type Group, group } from '../codec/group.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible } from '../option.ts';

const OPEN = '-m devgroup: which number the name of a group stands for';

/** One side of `devgroup_mt`: the bits that differ under the mask. Undefined: a number is not known. */
function agrees(given: Given<Group> | undefined, has: number | undefined): boolean | undefined {
  if (given === undefined) return true;
  if (has === undefined || 'name' in given.value) return undefined;
  return (((has ^ given.value.value) & given.value.mask) !== 0) === given.inverted;
}

/** What is said of one side: whether the device is in the group, as the documentation has it. */
function said(given: Given<Group> | undefined, has: number | undefined): Predicate | 'open' {
  if (given === undefined) return TRUE;
  const { value: wanted, inverted } = given;
  if ('name' in wanted || has === undefined) return 'open';
  const under = (number: number): number => (number & wanted.mask) >>> 0;
  const inside = under(has) === under(wanted.value) ? TRUE : FALSE;
  return inverted ? not(inside) : inside;
}

export const devgroup = defineMatch({
  name: 'devgroup',
  summary: 'the groups of the devices that a packet comes in and goes out by',
  source: 'net/netfilter/xt_devgroup.c (devgroup_mt)',
  partly: [OPEN],
  options: { 'src-group': invertible(group), 'dst-group': invertible(group) },
  check({ 'src-group': from, 'dst-group': to }, { hooks }) {
    if ((from ?? to) === undefined) return 'it needs `--src-group` or `--dst-group`';
    const wrong = (one: unknown, of: readonly string[]) => one !== undefined && hooks.some((hook) => of.includes(hook));
    // devgroup_mt_checkentry: no device, no group
    if (wrong(from, ['OUTPUT', 'POSTROUTING'])) return 'nothing comes in here';
    return wrong(to, ['PREROUTING', 'INPUT']) ? 'nothing goes out here' : undefined;
  },
  matches({ 'src-group': from, 'dst-group': to }, _packet, { in: input, out, groupOf, unknown }) {
    const sides = [agrees(from, groupOf(input)), agrees(to, groupOf(out))];
    if (sides.includes(false)) return false;
    return sides.includes(undefined) ? unknown(OPEN) : true;
  },
  lower({ 'src-group': from, 'dst-group': to }, { in: input, out, groupOf, unknown }) {
    const sides = [said(from, groupOf(input)), said(to, groupOf(out))];
    const known = all(...sides.filter((one) => one !== 'open'));
    return known.kind === 'true' && sides.includes('open') ? unknownBit(unknown(OPEN)) : known;
  },
  examples: [
    { rule: '-m devgroup ! --src-group 0x1 --dst-group 0x2/0xff' },
    { rule: '-m devgroup --src-group 1', saved: '-m devgroup --src-group 0x1' },
    { rule: '-m devgroup --src-group 0', saved: '-m devgroup --src-group default' },
    { rule: '-m devgroup --src-group default --dst-group uplinks' },
    { rule: '-m devgroup --src-group 0x0/0xff' },
    { rule: '-m devgroup', refused: true },
    { rule: '-m devgroup --src-group 1/2/3', refused: true },
  ],
});
