import { describe, expect, it } from 'vitest';
import { asked, contextOf } from '../ask.ts';

const GROUPS: Readonly<Record<string, number>> = { eth0: 5, eth1: 0x15 };
const context = (input: string) => contextOf({ groupOf: (device = '') => GROUPS[device], in: input, out: 'eth1' });

// devgroup_mt: the bits that differ under the mask
describe('devgroup', () => {
  it.each([
    ['--src-group 5', true],
    ['--src-group 0x15', false],
    ['--src-group 5/0xf --dst-group 5/0xf', true],
    ['--src-group 5 --dst-group 5', false],
    ['! --src-group 5', false],
    ['! --dst-group 5', true],
    ['! --src-group 6 ! --dst-group 6/0xf', true],
    // bits outside of the mask do not count
    ['--src-group 0xff5/0xf', true],
    ['--dst-group default', false],
    // which number a name stands for, no capture tells …
    ['--src-group uplinks', 'unknown'],
    ['! --src-group uplinks', 'unknown'],
    // … and need not, where the other side fails
    ['--src-group uplinks --dst-group 5', false],
    ['--src-group 6 --dst-group uplinks', false],
    ['--src-group uplinks --dst-group 0x15', 'unknown'],
  ])('%s of a packet from group 5 to group 21: %s', (options, matched) => {
    expect(asked(`-m devgroup ${options}`, {}, context('eth0'))).toBe(matched);
  });

  it('is unknown for a device whose number no capture shows', () => {
    expect(asked('-m devgroup --src-group 5', {}, context('br0'))).toBe('unknown');
    expect(asked('-m devgroup --src-group 5 --dst-group 5', {}, context('br0'))).toBe(false);
  });
});
