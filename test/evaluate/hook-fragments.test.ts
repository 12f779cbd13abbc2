import { describe, expect, it } from 'vitest';
import type { Hook } from '../../src/network/ruleset.ts';
import { udp } from './ask.ts';
import { atHook, b } from './at-hook.ts';
import { addr } from './build.ts';

const piece = udp('10.0.1.9', 0, { src: addr('10.0.0.1'), sport: 0, fragment: 1 });
const TRACKED = '*raw\n-A PREROUTING -j DROP\n-A OUTPUT -j DROP\n*filter\n-A INPUT -m state --state NEW';
const OPEN = '*nat\n-A PREROUTING -j MARK --set-mark 7';
const id = 'b tracks';
const at = (iptables: string, hook: Hook, of = piece, value = 0) =>
  atHook(b({ iptables }), of, { hook, values: new Map([[id, value]]) });

describe('a later fragment waits for the rest', () => {
  const text = 'fragments are put together where connections are tracked';
  it('before raw, where the node tracks connections', () => {
    for (const hook of ['PREROUTING', 'OUTPUT'] as const) {
      const { verdict, hops } = at(TRACKED, hook);
      expect(verdict).toEqual({ kind: 'drop', waits: true, origin: { node: 'b', text } });
      expect(hops).toEqual([`${text} | DROP (fragment)`].map((told) => ` | ${told}`));
    }
  });

  it('nowhere else, and no other packet does', () => {
    for (const hook of ['INPUT', 'FORWARD', 'POSTROUTING'] as const)
      expect(at(TRACKED, hook)).toMatchObject({ verdict: { kind: 'accept' } });
    expect(at(TRACKED, 'PREROUTING', { ...piece, fragment: 0 }).hops).toEqual([
      'raw PREROUTING 1 | -A PREROUTING -j DROP | DROP',
    ]);
  });

  it('not where nothing is tracked, which may be taken for granted, and perhaps where nobody knows', () => {
    const idle = at('*filter\n-A INPUT -p tcp -j DROP', 'PREROUTING');
    expect([idle.verdict.kind, idle.met]).toEqual(['accept', []]);
    expect([...idle.world.assumptions.values()].map(({ text: taken }) => taken)).toContain(
      'b tracks no connections (no rule of its own needs that)',
    );
    const open = [0, 1].map((value) => at(OPEN, 'PREROUTING', piece, value).verdict.kind);
    expect(open).toEqual(['accept', 'drop']);
    expect(at(OPEN, 'PREROUTING').met.map((one) => one.split(' | ')[0])).toEqual([`${id} = 0`]);
  });
});
