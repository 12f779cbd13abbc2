import { describe, expect, it } from 'vitest';
import { compare } from '../../src/lab/agree.ts';
import { requestVisits } from '../../src/lab/request.ts';
import type { Shot, Verdict } from '../../src/lab/verdict.ts';
import type { RuleHop, Seen, Visit } from '../../src/lab/visit.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { every, icmp, socket } from '../evaluate/ask.ts';
import { addr, build, guest } from '../evaluate/build.ts';

const network = build(
  {
    a: guest('10.0.0.1/24', '10.0.0.254'),
    b: {
      ...guest('10.0.0.2/24', '10.0.0.254'),
      iptables: '*filter\n:INPUT DROP\n:u -\n-A INPUT -p icmp -j u\n-A u -j MARK --set-mark 1\n-A u -j ACCEPT',
    },
  },
  [['a:eth0', 'b:eth0']],
);
const exchanges = every(network, 'a', icmp('10.0.0.2'));

const hop = (chain: string, rule: number | undefined, verdict: string): RuleHop => ({
  chain,
  ...(rule === undefined ? {} : { rule }),
  verdict,
});
const visit = (node: string, table: string, order: number, ...hops: readonly RuleHop[]): Visit => ({
  node,
  order,
  table,
  chain: hops[0]?.chain ?? '',
  packet: { id: 1 },
  hops,
});
const RULES = [hop('INPUT', 1, 'jump u'), hop('u', 1, 'continue'), hop('u', 2, 'accept')];
const arrival = { node: 'b', interface: 'eth0', src: addr('10.0.0.1'), sport: 0, dst: addr('10.0.0.2'), dport: 0 };
const delivered: Verdict = { arrivals: [arrival], answered: true, errors: [] };
const LOST: Verdict = { arrivals: [], answered: false, errors: [] };

const differences = (verdict: Verdict, visits?: readonly Visit[]): readonly string[] =>
  compare(network, exchanges, visits === undefined ? { verdict } : { verdict, visits }).differences;

describe('model and kernel agree', () => {
  it('where the same rules lead to the same end', () => {
    expect(differences(delivered, [visit('b', 'filter', 0, ...RULES)])).toEqual([]);
  });

  it('whatever chains that hold no rule and accept were asked besides', () => {
    const idle = visit('a', 'raw', 0, hop('OUTPUT', undefined, 'accept'));
    expect(differences(delivered, [idle, visit('b', 'filter', 0, ...RULES)])).toEqual([]);
  });

  it('on the end alone, where rules are not traced', () => {
    expect(differences(delivered)).toEqual([]);
  });
});

describe('model and kernel differ', () => {
  it('where the packet is lost, or not answered', () => {
    expect(differences(LOST)).toEqual([
      'delivered: model b (eth0) 10.0.0.1 -> 10.0.0.2; kernel nowhere',
      'answered: model yes; kernel no',
    ]);
  });

  it('where it arrives as another packet', () => {
    const other = { ...delivered, arrivals: [{ ...arrival, src: addr('10.0.0.9') }] };
    expect(differences(other)).toEqual([
      'delivered: model b (eth0) 10.0.0.1 -> 10.0.0.2; kernel b (eth0) 10.0.0.9 -> 10.0.0.2',
    ]);
  });

  it.each([
    ['a rule that only the model asks', [RULES[0], RULES[2]]],
    ['another rule', [RULES[0], RULES[1], hop('u', 3, 'accept')]],
    ['another verdict of the same rule', [RULES[0], RULES[1], hop('u', 2, 'drop')]],
    ['another order', [RULES[0], RULES[2], RULES[1]]],
    ['a policy', [...RULES, hop('INPUT', undefined, 'drop')]],
  ] as const)('by %s', (_, hops) => {
    const found = differences(delivered, [visit('b', 'filter', 0, ...(hops as readonly RuleHop[]))]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^b filter INPUT: model INPUT:1 jump u, u:1 continue, u:2 accept; kernel /);
  });

  it('by a table that only one of them asks', () => {
    expect(differences(delivered, [])).toEqual([
      'b filter INPUT: model INPUT:1 jump u, u:1 continue, u:2 accept; kernel not asked',
    ]);
    const twice = [visit('b', 'filter', 0, ...RULES), visit('b', 'filter', 1, ...RULES)];
    expect(differences(delivered, twice)[0]).toMatch(/model not asked; kernel INPUT:1 jump u/);
  });

  it('by a chain that drops without a rule', () => {
    const drops = visit('a', 'filter', 0, hop('OUTPUT', undefined, 'drop'));
    expect(differences(delivered, [drops, visit('b', 'filter', 0, ...RULES)])).toHaveLength(1);
  });
});

describe('the visits of a request', () => {
  const seen = (node: string, fields: Partial<Seen>): Visit => ({
    ...visit(node, 'raw', 0, hop('OUTPUT', undefined, 'accept')),
    packet: { id: 0, ...fields },
  });
  const shot = (fields: Parameters<typeof packet>[0]): Shot => ({ source: socket('a'), packet: packet(fields) });

  it('of udp are those that carry its number, not the answer', () => {
    const visits = [
      seen('a', { sport: 40000, probe: 3 }),
      seen('b', { sport: 53, probe: 3 }),
      seen('a', { sport: 53 }),
    ];
    const sent = shot({ proto: PROTOCOL.UDP, sport: 40000, dport: 53 });
    expect(requestVisits(visits, sent, 3)).toEqual(visits.slice(0, 2));
  });

  it('of icmp are the requests, not the replies that carry the same number', () => {
    const visits = [
      seen('b', { icmpType: 8, icmpCode: 0, probe: 3 }),
      seen('b', { icmpType: 0, icmpCode: 0, probe: 3 }),
      seen('b', { icmpType: 8, icmpCode: 0, probe: 4 }),
    ];
    expect(requestVisits(visits, shot({ proto: PROTOCOL.ICMP, icmpType: 8 }), 3)).toEqual(visits.slice(0, 1));
  });

  it('of tcp are the first SYN, wherever its ports are translated, and no second one', () => {
    const visits = [
      seen('b', { id: 7, sport: 1024, tcpFlags: TCP_FLAG.SYN }),
      seen('a', { id: 7, sport: 40000, tcpFlags: TCP_FLAG.SYN }),
      seen('b', { id: 0, sport: 53, tcpFlags: TCP_FLAG.SYN | TCP_FLAG.ACK }),
      seen('a', { id: 8, sport: 40000, tcpFlags: TCP_FLAG.SYN }),
    ];
    const sent = shot({ proto: PROTOCOL.TCP, sport: 40000, dport: 53, tcpFlags: TCP_FLAG.SYN });
    expect(requestVisits(visits, sent, 3)).toEqual(visits.slice(0, 2));
  });
});
