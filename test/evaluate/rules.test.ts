import { describe, expect, it } from 'vitest';
import { ends, every, hopsAt, icmp, said, send, tcp, udp, wire } from './ask.ts';
import { addr, build, host } from './build.ts';

/** b with rules; a asks. */
const guarded = (iptables: string | null) =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } }, iptables },
    },
    [['a:eth0', 'b:eth0']],
  );
const verdict = (rules: string, packet = tcp('10.0.0.2', 80)): string => ends(send(guarded(rules), 'a', packet))[0];
const passed = 'delivered b';
const dropped = 'dropped b: rule';

// fact 28
it('what OUTPUT drops never leaves', () => {
  const network = build(
    { a: host('10.0.0.1/24', { iptables: '*filter\n-A OUTPUT -d 10.0.0.2/32 -j DROP' }), b: host('10.0.0.2/24') },
    [['a:eth0', 'b:eth0']],
  );
  const { disposition } = send(network, 'a', udp('10.0.0.2', 53));
  expect(disposition.request).toMatchObject({
    kind: 'dropped',
    node: 'a',
    reason: 'rule',
    origin: { text: '-A OUTPUT -d 10.0.0.2/32 -j DROP' },
  });
  expect(disposition.reply.kind).toBe('none');
});

// fact 31
it('a match may be named several times, each with its own options', () => {
  const rule = '*filter\n-A INPUT -p tcp -m tcp --dport 1:100 -m tcp --dport 80:200 -j DROP';
  expect([70, 80, 100, 101].map((port) => verdict(rule, tcp('10.0.0.2', port)))).toEqual([
    passed,
    dropped,
    dropped,
    passed,
  ]);
});

it('-m comment is true, and -p tcp takes later fragments too', () => {
  expect(verdict('*filter\n-A INPUT -m comment --comment "any text" -j DROP')).toBe(dropped);
  const piece = tcp('10.0.0.2', 0, {
    src: addr('10.0.0.1'),
    fragment: 1,
    sport: 0,
    tcpFlags: 0,
    macDst: 0x0a0000000002,
  });
  const arrive = (rules: string) => said(send(guarded(rules), wire('b', 'eth0'), piece).disposition.request);
  const waits = 'dropped b: fragment';
  expect(arrive('*mangle\n-A PREROUTING -p tcp -j DROP')).toBe(dropped);
  expect(arrive('*mangle\n-A PREROUTING -p tcp -m tcp --dport 0 -j DROP')).toBe(waits);
  expect(arrive('*mangle\n-A PREROUTING -f -j DROP')).toBe(dropped);
  expect(arrive('*mangle\n-A PREROUTING ! -f -j DROP')).toBe(waits);
  // INPUT sees whole datagrams only
  expect(arrive('*filter\n-A INPUT -f -j DROP')).toBe(waits);
});

// fact 32
describe('RETURN, goto and rules without a target', () => {
  const chains = (policy: string, rules: string): string =>
    `*filter\n:INPUT ${policy} [0:0]\n:x - [0:0]\n:y - [0:0]\n${rules}`;
  it('RETURN in a base chain applies the policy', () => {
    expect(verdict(chains('DROP', '-A INPUT -j RETURN\n-A INPUT -j ACCEPT'))).toBe(dropped);
    expect(verdict(chains('ACCEPT', '-A INPUT -j RETURN\n-A INPUT -j DROP'))).toBe(passed);
  });
  it('RETURN and the end of a chain go back to the caller', () => {
    expect(verdict(chains('ACCEPT', '-A INPUT -j x\n-A INPUT -j DROP\n-A x -j RETURN\n-A x -j ACCEPT'))).toBe(dropped);
    expect(verdict(chains('DROP', '-A INPUT -j x\n-A INPUT -j ACCEPT'))).toBe(passed);
  });
  it('goto returns to the caller of the calling chain', () => {
    expect(verdict(chains('DROP', '-A INPUT -j x\n-A INPUT -j ACCEPT\n-A x -g y\n-A x -j DROP'))).toBe(passed);
    expect(verdict(chains('DROP', '-A INPUT -g y\n-A INPUT -j ACCEPT'))).toBe(dropped);
    expect(verdict(chains('ACCEPT', '-A INPUT -j x\n-A INPUT -j DROP\n-A x -j y\n-A x -j ACCEPT'))).toBe(passed);
  });
  it('a rule without a target only counts', () => {
    expect(verdict(chains('ACCEPT', '-A INPUT -p tcp\n-A INPUT -j DROP'))).toBe(dropped);
  });
});

describe('a header', () => {
  it.each([
    ['-s 10.0.0.0/24', true],
    ['! -s 10.0.0.0/24', false],
    ['-s 10.0.0.1/255.0.0.255', true],
    ['-d 10.0.0.2/32', true],
    ['! -d 10.0.0.2/32', false],
    ['-p tcp', true],
    ['! -p tcp', false],
    ['-p 17', false],
    ['-i eth0', true],
    ['-i eth+', true],
    ['-i et', false],
    ['-i +', true],
    ['! -i eth1', true],
    ['! -i eth+', false],
  ])('%s: %s', (header, matches) => {
    expect(verdict(`*filter\n-A INPUT ${header} -j DROP`)).toBe(matches ? dropped : passed);
  });
});

it('each rule that matched is a hop with its place, and so is the policy that decided', () => {
  const exchange = send(
    guarded(
      '*filter\n:INPUT DROP [0:0]\n:x - [0:0]\n-A INPUT -p udp -j ACCEPT\n-A INPUT -p tcp -j x\n-A x -p tcp -j LOG',
    ),
    'a',
    tcp('10.0.0.2', 80),
  );
  expect(
    hopsAt(exchange, 'b', 'INPUT').map(({ table, chain, rule, line, verdict }) => [table, chain, rule, line, verdict]),
  ).toEqual([
    ['filter', 'INPUT', 2, 5, 'jump x'],
    ['filter', 'x', 1, 6, 'LOG'],
    ['filter', 'INPUT', undefined, 2, 'DROP'],
  ]);
  expect(exchange.disposition.request).toMatchObject({
    origin: { node: 'b', text: ':INPUT DROP', place: { file: 'b/iptables-save.txt', line: 2 } },
  });
});

it('an unknown match may or may not match; each visit is its own unknown', () => {
  const all = every(
    guarded('*filter\n-A INPUT -m limit --limit 1/sec -j ACCEPT\n-A INPUT -j DROP'),
    'a',
    tcp('10.0.0.2', 80),
  );
  expect(all.complete).toBe(true);
  expect(all.map((exchange) => exchange.disposition.reply.kind)).toContain('delivered');
  expect(all.map((exchange) => ends(exchange)[1])).toContain(dropped);
  const fullest = all.find(({ met }) => met.length === 3);
  expect(new Set(fullest?.met.map(({ unknown }) => unknown.id)).size).toBe(3);
  expect(fullest?.met[0]?.unknown).toMatchObject({
    origin: { node: 'b', text: '-A INPUT -m limit --limit 1/sec -j ACCEPT' },
  });
});

it('a target that nobody knows may drop, accept or pass on', () => {
  const all = every(
    guarded('*filter\n:INPUT DROP [0:0]\n-A INPUT -j NFQUEUE --queue-num 1\n-A INPUT -p tcp -j ACCEPT'),
    'a',
    udp('10.0.0.2', 53),
  );
  expect(all.map((exchange) => ends(exchange)[0])).toEqual([dropped, passed, dropped]);
});

it('rules that were not captured make the fate unknown', () => {
  const { disposition } = send(guarded(null), 'a', icmp('10.0.0.2'));
  expect(disposition.request).toMatchObject({
    kind: 'unknown',
    node: 'b',
    unknown: { reason: 'no capture of b shows its rules' },
  });
});

it('exploring stops at its budget and says so', () => {
  const limits = Array.from({ length: 5 }, () => '-A INPUT -m limit --limit 1/sec').join('\n');
  const all = every(guarded(`*filter\n${limits}`), 'a', icmp('10.0.0.2'));
  expect([all.length, all.complete]).toEqual([32, true]);
  const some = every(guarded(`*filter\n${limits}`), 'a', icmp('10.0.0.2'), 31);
  expect([some.length, some.complete]).toEqual([31, false]);
});

describe('what listens', () => {
  const serving = (listeners: readonly (readonly [number, number])[]) =>
    build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24', { listeners }) }, [['a:eth0', 'b:eth0']]);
  it('answers where ss shows it, and echo requests are answered anyway', () => {
    expect(ends(send(serving([[6, 80]]), 'a', tcp('10.0.0.2', 80)))).toEqual([passed, 'delivered a']);
    expect(ends(send(serving([[6, 80]]), 'a', udp('10.0.0.2', 80)))).toEqual([passed, 'none']);
    expect(ends(send(serving([]), 'a', tcp('10.0.0.2', 80)))).toEqual([passed, 'none']);
    expect(ends(send(serving([]), 'a', icmp('10.0.0.2')))).toEqual([passed, 'delivered a']);
  });
});
