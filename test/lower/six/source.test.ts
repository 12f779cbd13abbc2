import { describe, expect, it } from 'vitest';
import { sources } from '../../../src/lower/six/select.ts';
import type { Interface, Node } from '../../../src/network/network.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { everything } from '../../../src/packet/ranges.ts';
import { at } from './ask.ts';

const place = { file: '', line: 1, column: 1 };

const device = (name: string, ...texts: readonly string[]): Interface =>
  ({
    name,
    up: true,
    addresses: texts.map((text) => {
      const [address = '', length = '64', flag] = text.split(/[/ ]/);
      return { local: at(address), address: at(address), length: Number(length), ...(flag && { [flag]: true }), place };
    }),
  }) as unknown as Interface;

const nodeOf = (...interfaces: readonly Interface[]): Node =>
  ({ name: 'n', interfaces, settings: new Map(), kernelDefaults: true, settingsComplete: true }) as unknown as Node;

/** The source towards an address, as the kernel picks it. */
function from(node: Node, out: string, to: string): string {
  const one = node.interfaces.find(({ name }) => name === out);
  const dst = at(to);
  const [choice, ...others] = sources({ assumptions: new Set() }, node, one, [[dst, dst]]);
  expect(others).toEqual([]);
  return choice?.source === undefined ? 'none' : printAddress(choice.source);
}

describe('a source address', () => {
  const lo = device('lo', '::1/128');
  const eth0 = device('eth0', '2001:db8:1::5', 'fd00:1::5', 'fe80::5');
  const eth1 = device('eth1', '2001:db8:2::6', 'fe80::6');
  const node = nodeOf(lo, eth0, eth1);

  it('is the destination itself, if the node has it', () => {
    expect(from(node, 'eth0', '2001:db8:2::6')).toBe('2001:db8:2::6');
    expect(from(node, 'lo', '::1')).toBe('::1');
  });

  it('is of the scope of the destination, and on its link', () => {
    expect(from(node, 'eth1', 'fe80::9')).toBe('fe80::6');
    expect(from(node, 'eth0', 'ff02::1')).toBe('fe80::5');
    expect(from(node, 'eth1', '2001:db8:9::9')).toBe('2001:db8:2::6');
  });

  it('is one of the device, then one of the same label, then the one with most bits in common', () => {
    expect(from(node, 'eth0', '2001:db8:2::9')).toBe('2001:db8:1::5');
    expect(from(node, 'eth0', 'fd00:2::9')).toBe('fd00:1::5');
    const two = nodeOf(lo, device('eth0', '2001:db8:a::5', '2001:db8:b::5'));
    expect(from(two, 'eth0', '2001:db8:b::9')).toBe('2001:db8:b::5');
    expect(from(two, 'eth0', '2001:db8:a::9')).toBe('2001:db8:a::5');
    // bits behind the prefix do not count, and the first one stays
    const same = nodeOf(lo, device('eth0', '2001:db8:a::1', '2001:db8:a::ff'));
    expect(from(same, 'eth0', '2001:db8:a::fe')).toBe('2001:db8:a::1');
  });

  it('is none that is deprecated or tentative, if another will do', () => {
    const old = nodeOf(lo, device('eth0', '2001:db8:1::5/64 deprecated', '2001:db8:2::5'));
    expect(from(old, 'eth0', '2001:db8:1::9')).toBe('2001:db8:2::5');
    expect(from(nodeOf(device('eth0', '2001:db8:1::5/64 deprecated')), 'eth0', '2001:db8:1::9')).toBe('2001:db8:1::5');
    expect(from(nodeOf(device('eth0', '2001:db8:1::5/64 tentative')), 'eth0', '2001:db8:1::9')).toBe('none');
  });

  it('of another device serves where the device has none of that scope', () => {
    const bare = nodeOf(lo, device('eth0', 'fe80::5'), eth1);
    expect(from(bare, 'eth0', '2001:db8:9::9')).toBe('2001:db8:2::6');
    expect(from(bare, 'eth0', 'ff02::9')).toBe('fe80::5');
  });

  it('is chosen for all destinations at once as for each of them', () => {
    const all = sources({ assumptions: new Set() }, node, eth0, everything('dst', 6));
    for (const to of [
      '::1',
      'fe80::9',
      'ff02::1',
      'ff0e::1',
      'fd00:2::9',
      '2001:db8:2::6',
      '2001:db8:9::9',
      '64:ff9b::1',
    ]) {
      const fits = all.filter(
        ({ when }) =>
          when.kind === 'true' ||
          (when.kind === 'in' && when.ranges.some(([low, high]) => low <= at(to) && at(to) <= high)),
      );
      expect(fits.map(({ source }) => (source === undefined ? 'none' : printAddress(source)))).toEqual([
        from(node, 'eth0', to),
      ]);
    }
  });
});
