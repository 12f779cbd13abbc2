import { all, inRanges, not } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { type Address } from '../../packet/address.ts';
import { between } from '../../packet/ranges.ts';
import { type AddressRange, anyAddressRange } from '../codec/address.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible } from '../option.ts';

const holds = (given: Given<AddressRange<Address>> | undefined, address: Address): boolean =>
  given === undefined || (given.value[0] <= address && address <= given.value[1]) !== given.inverted;

function lowerRange(field: 'src' | 'dst', given: Given<AddressRange<Address>> | undefined): Predicate {
  if (given === undefined) return all();
  // a range that runs backwards is accepted, and holds no address
  const range = inRanges(field, between(given.value[0], given.value[1]));
  return given.inverted ? not(range) : range;
}

export const iprange = defineMatch({
  name: 'iprange',
  summary: 'ranges of addresses',
  source: 'net/netfilter/xt_iprange.c (iprange_mt4)',
  options: { 'src-range': invertible(anyAddressRange), 'dst-range': invertible(anyAddressRange) },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs `--src-range` or `--dst-range`' : undefined),
  matches: ({ 'src-range': src, 'dst-range': dst }, packet) => holds(src, packet.src) && holds(dst, packet.dst),
  lower: ({ 'src-range': src, 'dst-range': dst }) => all(lowerRange('src', src), lowerRange('dst', dst)),
  examples: [
    { rule: '-m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.1.0.0-10.1.255.255' },
    { rule: '-m iprange --src-range 10.0.0.1', saved: '-m iprange --src-range 10.0.0.1-10.0.0.1' },
    { rule: '-m iprange --src-range 10.0.0.9-10.0.0.1' },
    { rule: '-m iprange --src-range 10.0.0.0/24', refused: true },
    { rule: '-m iprange', refused: true },
  ],
});
