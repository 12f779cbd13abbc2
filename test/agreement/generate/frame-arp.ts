import fc from 'fast-check';
import { address, either, some, tableOf, type Words, wordsOf } from './frame.ts';
import { joined, type Text } from './match.ts';
import type { FrameWorldTable, World } from './world.ts';

function arpRule(words: Words, chain: string, jumps: readonly string[]): Text {
  const device = fc.constantFrom(...words.devices, ...(chain === 'FORWARD' ? words.ports : []), 'eth+');
  const not: Text = fc.constantFrom('', '', '', '! ');
  const given = (name: string, value: Text): Text =>
    fc.tuple(not, value).map(([bare, text]) => `${bare}${name} ${text}`);
  const entry = chain === 'OUTPUT' ? [] : [some(2, given('-i', device))];
  const exit = chain === 'INPUT' ? [] : [some(2, given('-o', device))];
  const one = either(
    given('-s', address(words)),
    given('-d', address(words)),
    given('--opcode', fc.constantFrom('1', '2')),
    given('--src-mac', fc.constantFrom(...words.macs)),
    given('--dst-mac', fc.constantFrom(...words.macs, '00:00:00:00:00:00')),
    given('--h-length', fc.constantFrom('6', '8')),
    given('--h-type', fc.constantFrom('1', '6')),
    given('--proto-type', fc.constantFrom('0x800', '0x806')),
  );
  const mangle = fc
    .tuple(
      either(
        fc.constantFrom(...words.macs).map((text) => `--mangle-mac-s ${text}`),
        fc.constantFrom(...words.macs).map((text) => `--mangle-mac-d ${text}`),
        fc.constantFrom(...words.addresses).map((text) => `--mangle-ip-s ${text}`),
        fc.constantFrom(...words.addresses).map((text) => `--mangle-ip-d ${text}`),
      ),
      fc.constantFrom('', '', '--mangle-target CONTINUE', '--mangle-target DROP'),
    )
    .map(([what, next]) => joined(['-j mangle', what, next]));
  const target = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('-j ACCEPT', '-j DROP', '-j DROP', '-j RETURN', ...jumps.map((to) => `-j ${to}`)),
    },
    { weight: 2, arbitrary: mangle },
    { weight: 1, arbitrary: fc.constantFrom('-j MARK --set-mark 1', '-j MARK --or-mark 4') },
  );
  return fc.tuple(target, ...entry, ...exit, some(6, one), some(2, one)).map((parts) => withLength(joined(parts)));
}

/** arptables mangles MAC addresses only where `--h-length 6` stands before (libarpt_mangle). */
const withLength = (rule: string): string =>
  rule.includes('--mangle-mac') ? `--h-length 6 ${rule.replace(/(! )?--h-length \d+/g, '').trim()}` : rule;

/** Rules of arptables. */
export function arpTable(world: World, name: string): fc.Arbitrary<FrameWorldTable> {
  const words = wordsOf(world, name);
  return tableOf(['INPUT', 'OUTPUT', 'FORWARD'], (chain, jumps) => arpRule(words, chain, jumps), ['-']);
}
