import { FALSE, TRUE } from '../../ir/predicate.ts';
import { fits, interfaceName } from '../codec/interface.ts';
import { flag } from '../codec/name.ts';
import type { RuleContext } from '../definition.ts';
import { defineMatch, type Standing } from '../extension.ts';
import { type Given, invertible } from '../option.ts';

interface Said {
  readonly 'physdev-in'?: Given<string>;
  readonly 'physdev-is-in'?: Given<true>;
  readonly 'physdev-out'?: Given<string>;
  readonly 'physdev-is-out'?: Given<true>;
  readonly 'physdev-is-bridged'?: Given<true>;
}

const agrees = (given: Given<true> | undefined, is: boolean): boolean => given === undefined || is !== given.inverted;

/** `physdev_mt`: nothing of it depends on the packet, all on the ports that br_netfilter noted. */
function asked(said: Said, { physIn, physOut }: RuleContext): boolean {
  // a packet that no bridge has seen: every option that was used must be negated
  if (physIn === undefined && physOut === undefined) return Object.values(said).every((given: Given) => given.inverted);
  if (!agrees(said['physdev-is-bridged'], physOut !== undefined)) return false;
  if (!agrees(said['physdev-is-in'], physIn !== undefined)) return false;
  if (!agrees(said['physdev-is-out'], physOut !== undefined)) return false;
  const { 'physdev-in': input, 'physdev-out': output } = said;
  if (input !== undefined && physIn !== undefined && fits(input.value, physIn) === input.inverted) return false;
  // without an output port `--physdev-out` is false, `!` or not
  return output === undefined || (physOut !== undefined && fits(output.value, physOut) !== output.inverted);
}

/** Where the answer is true, told apart by what the bridge noted. */
function answer(said: Said, context: RuleContext): boolean {
  const flags = [said['physdev-is-in'], said['physdev-is-out'], said['physdev-is-bridged']] as const;
  const ports = [said['physdev-in'], said['physdev-out']] as const;
  if (context.physIn === undefined && context.physOut === undefined)
    return [...flags, ...ports].every((given) => given?.inverted !== false);
  const facts = [context.physIn !== undefined, context.physOut !== undefined, context.physOut !== undefined];
  const flagsHold = flags.every((given, i) => given === undefined || facts[i] === !given.inverted);
  const [input, output] = ports;
  const inHolds =
    input === undefined || context.physIn === undefined || fits(input.value, context.physIn) === !input.inverted;
  const outHolds =
    output === undefined || (context.physOut !== undefined && fits(output.value, context.physOut) === !output.inverted);
  return flagsHold && inHolds && outHolds;
}

/** physdev_mt_check: at OUTPUT nobody knows yet by which port a packet will leave. */
function checkOut(said: Said, { hooks }: Standing): string | undefined {
  if (Object.keys(said).length === 0) return 'it needs an option';
  const asksOut = said['physdev-out'] !== undefined || said['physdev-is-out'] !== undefined;
  const bridged = said['physdev-is-bridged']?.inverted === false;
  return asksOut && !bridged && hooks.includes('OUTPUT')
    ? '`--physdev-out` is known for bridged packets only, in FORWARD and POSTROUTING'
    : undefined;
}

export const physdev = defineMatch({
  name: 'physdev',
  summary: 'the bridge ports that a bridged packet comes in and goes out by',
  source: 'net/netfilter/xt_physdev.c (physdev_mt)',
  options: {
    'physdev-is-in': invertible(flag),
    'physdev-in': invertible(interfaceName),
    'physdev-is-out': invertible(flag),
    'physdev-out': invertible(interfaceName),
    'physdev-is-bridged': invertible(flag),
  },
  check: checkOut,
  matches: (said, _packet, context) => asked(said, context),
  lower: (said, context) => (answer(said, context) ? TRUE : FALSE),
  examples: [
    { rule: '-m physdev --physdev-in eth0' },
    { rule: '-m physdev --physdev-in vnet+ ! --physdev-is-bridged' },
    { rule: '-m physdev ! --physdev-is-in ! --physdev-is-out ! --physdev-is-bridged' },
    { rule: '-m physdev', refused: true },
    { rule: '-m physdev --physdev-in anamethatistoolong', refused: true },
  ],
});
