import { describe, expect, it } from 'vitest';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import type { World, WorldTable } from '../agreement/generate/world.ts';
import { answered, ask, rules, withRules } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const ASKED = { from: 'a', to: '10.2.0.2' } as const;
const DROPPED = ['r: rule | the request did not arrive'];
const LET_THROUGH = answered('b', 'a');

const forward = (policy: 'ACCEPT' | 'DROP', ...lines: readonly string[]): WorldTable =>
  rules({ INPUT: 'ACCEPT', FORWARD: policy, OUTPUT: 'ACCEPT' }, ...lines);
const filtered = (policy: 'ACCEPT' | 'DROP', ...lines: readonly string[]): World =>
  withRules(router, 'r', { filter: forward(policy, ...lines) });
const BACK = '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT';

describe('a chain without side effects', () => {
  it('ends in its policy', () => {
    expect(ask(filtered('ACCEPT'), ASKED)).toEqual(LET_THROUGH);
    expect(ask(filtered('DROP'), ASKED)).toEqual(DROPPED);
  });

  it('is decided by the first rule that matches', () => {
    expect(ask(filtered('DROP', BACK, '-A FORWARD -p udp -j ACCEPT', '-A FORWARD -j DROP'), ASKED)).toEqual(
      LET_THROUGH,
    );
    expect(ask(filtered('ACCEPT', '-A FORWARD -p udp -j DROP', '-A FORWARD -j ACCEPT'), ASKED)).toEqual(DROPPED);
  });

  it('goes on behind a call that returned, and applies the policy where a base chain returns', () => {
    const returns = ['-A FORWARD -j one', '-A FORWARD -p udp -j ACCEPT', '-A one -p udp -j RETURN', '-A one -j DROP'];
    expect(ask(filtered('DROP', BACK, ...returns), ASKED)).toEqual(LET_THROUGH);
    expect(ask(filtered('DROP', '-A FORWARD -j RETURN', '-A FORWARD -j ACCEPT'), ASKED)).toEqual(DROPPED);
  });

  it('comes back from a goto to the caller of the calling chain', () => {
    const goes = [
      '-A FORWARD -j one',
      '-A FORWARD -j DROP',
      '-A one -g two',
      '-A one -j ACCEPT',
      '-A two -p tcp -j ACCEPT',
    ];
    expect(ask(filtered('ACCEPT', ...goes), ASKED)).toEqual(DROPPED);
    const base = ['-A FORWARD -g two', '-A FORWARD -j DROP', '-A two -p tcp -j DROP'];
    expect(ask(filtered('ACCEPT', ...base), ASKED)).toEqual(LET_THROUGH);
  });

  it('asks what cannot be known anew for every packet', () => {
    const limited = filtered('DROP', '-A FORWARD -m limit --limit 1/sec -j ACCEPT');
    expect(ask(limited, ASKED)).toEqual([...LET_THROUGH, 'delivered b | r: rule', ...DROPPED].sort());
  });

  it('does not hold a limit that both of two rules have for one', () => {
    const twice = ['-A FORWARD -m limit --limit 1/sec -j ACCEPT', '-A FORWARD -m limit --limit 1/sec -j ACCEPT'];
    const never = [
      '-A FORWARD -j one',
      '-A FORWARD -j one',
      '-A FORWARD -p udp -j DROP',
      '-A one -m limit --limit 1/sec -j two',
      '-A two -j RETURN',
    ];
    expect(ask(filtered('ACCEPT', ...never), ASKED)).toEqual(DROPPED);
    expect(ask(filtered('DROP', ...twice), ASKED)).toContain('delivered b | r: rule');
  });
});

describe('a chain with side effects', () => {
  const PREROUTING = {
    PREROUTING: 'ACCEPT',
    INPUT: 'ACCEPT',
    FORWARD: 'ACCEPT',
    OUTPUT: 'ACCEPT',
    POSTROUTING: 'ACCEPT',
  } as const;
  const marked = (filter: readonly string[], ...mangle: readonly string[]): World =>
    withRules(router, 'r', { mangle: rules(PREROUTING, ...mangle), filter: forward('ACCEPT', ...filter) });
  const ONE = '-A FORWARD -p udp --dport 9999 -m mark --mark 0x1 -j DROP';
  const MARK = '-j MARK --set-xmark 0x1/0xffffffff';

  it('hands a mark on to the tables behind it', () => {
    expect(ask(marked([ONE], `-A PREROUTING -p udp ${MARK}`), ASKED)).toEqual(DROPPED);
    expect(ask(marked([ONE], `-A PREROUTING -p tcp ${MARK}`), ASKED)).toEqual(LET_THROUGH);
  });

  it('writes nothing behind a rule that accepts, returns or goes away', () => {
    expect(ask(marked([ONE], '-A PREROUTING -p udp -j ACCEPT', `-A PREROUTING ${MARK}`), ASKED)).toEqual(LET_THROUGH);
    const left = ['-A PREROUTING -j one', '-A one -p udp -j RETURN', `-A one ${MARK}`];
    expect(ask(marked([ONE], ...left), ASKED)).toEqual(LET_THROUGH);
    const back = [...left, `-A PREROUTING -p udp ${MARK}`];
    expect(ask(marked([ONE], ...back), ASKED)).toEqual(DROPPED);
    const gone = [
      '-A PREROUTING -j one',
      '-A one -g two',
      `-A one ${MARK}`,
      '-A two -j MARK --set-xmark 0x2/0xffffffff',
    ];
    expect(ask(marked([ONE], ...gone), ASKED)).toEqual(LET_THROUGH);
  });

  it('matches later rules on what earlier ones wrote', () => {
    const seen = [`-A PREROUTING -p udp ${MARK}`, '-A PREROUTING -m mark --mark 0x1 -j DROP'];
    expect(ask(marked([], ...seen), ASKED)).toEqual(DROPPED);
    const other = [`-A PREROUTING -p udp ${MARK}`, '-A PREROUTING -m mark --mark 0x2 -j DROP'];
    expect(ask(marked([], ...other), ASKED)).toEqual(LET_THROUGH);
  });
});
