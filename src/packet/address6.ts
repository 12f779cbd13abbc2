import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;

/** Reads an IPv6 address without a zone; `undefined` if it is not one. */
export function parseAddress6(text: string): bigint | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = withoutDots(text).split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<bigint>(GROUPS - before.length - after.length).fill(0n);
  return [...before, ...zeros, ...after].reduce((address, group) => (address << 16n) + group, 0n);
}

const groupsOf = (text: string): readonly bigint[] =>
  text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));

/** `::1.2.3.4` is two groups more. */
function withoutDots(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  if (!isIPv4(text.slice(at))) return text;
  const [a = 0, b = 0, c = 0, d = 0] = text.slice(at).split('.').map(Number);
  return `${text.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** As inet_ntop prints it: the longest run of zeros is left out, an IPv4 address at the end stands in dots. */
export function printAddress6(address: bigint): string {
  const groups = Array.from({ length: GROUPS }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn));
  const low = Number(address & 0xffffffffn);
  const high = address >> 32n;
  const dots = [24, 16, 8, 0].map((shift) => Math.floor(low / 2 ** shift) % 256).join('.');
  if (high === 0xffffn) return `::ffff:${dots}`;
  if (high === 0n && low > 0xffff) return `::${dots}`;
  const { from, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < GROUPS; from++) {
    const end = groups.findIndex((group, i) => i >= from && group !== 0);
    const length = (end < 0 ? GROUPS : end) - from;
    if (length > best.length) best = { from, length };
  }
  return best;
}
