import { describe, expect, it } from 'vitest';
import { inFamily } from '../../../src/network/family.ts';
import type { Node } from '../../../src/network/network.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import { filesOf } from '../folder.ts';
import { read } from '../said.ts';

describe('the model of a house with both families', () => {
  const MODEL = `${import.meta.dirname}/../../../models/dual-stack/sound`;
  const files = new Map([...filesOf(MODEL)].filter(([file]) => !file.endsWith('.jsonl')));
  const whole = read(parseSnapshot(files));

  it('is read without a note, and leaves nothing undecided', () => {
    expect(parseSnapshot(files).located).toEqual([]);
    for (const one of whole.nodes.values()) {
      expect([one.undecided, one.six?.undecided, one.six?.ruleset.kind]).toEqual([undefined, undefined, 'known']);
      expect(one.six?.assumptions).toEqual([]);
    }
  });

  it('shows the routes that follow from its addresses, but for those that somebody added', () => {
    const bare = new Map([...files].filter(([file]) => !/\/ip-(6-)?route/.test(file)));
    const derived = read(
      parseSnapshot(bare.set('network.yaml', `${bare.get('network.yaml')}assume: kernel-defaults\n`)),
    );
    for (const [name, one] of whole.nodes) {
      const texts = (of: Node | undefined) =>
        of?.six?.routes.map(({ text }) => text).filter((text) => !text.startsWith('default'));
      expect(new Set(texts(derived.nodes.get(name)))).toEqual(new Set(texts(one)));
    }
  });

  it('is a network of IPv6 to packets of IPv6', () => {
    const router = inFamily(whole, 6).nodes.get('router') as Node;
    expect(router.interfaces.map(({ addresses: all }) => all.map(({ local }) => printAddress(local)))).toEqual([
      ['::1'],
      ['2001:db8:1::1', 'fe80::aff:fe01:1'],
      ['2001:db8:2::1', 'fe80::c0ff:fe00:201'],
    ]);
  });
});
