import { describe, expect, it } from 'vitest';
import type { PacketClass } from '../../src/packet/packet.ts';
import { parseQuestion } from '../../src/question/parse.ts';
import type { Question } from '../../src/question/question.ts';
import { address, pair } from './networks.ts';

const NETWORK = pair();

function ask(text: string): Extract<Question, { kind: 'reach' }> {
  const { value, located } = parseQuestion(text, NETWORK);
  expect(located).toEqual([]);
  if (value?.kind !== 'reach') throw new Error('not a reach question');
  return value;
}

const packetsOf = (text: string): PacketClass => ask(text).packets;
const errors = (text: string): string[] =>
  parseQuestion(text, NETWORK).located.map(
    ({ place, length, message, advice }) =>
      `${place.line}:${place.column}+${length} ${message}${advice === undefined ? '' : ` (${advice})`}`,
  );

const B = {
  dst: [
    [address('10.0.0.2'), address('10.0.0.2')],
    [address('192.0.2.1'), address('192.0.2.1')],
  ],
};

describe('sources and targets', () => {
  it('a node is a socket, NODE:IFACE and outside via are the wire', () => {
    expect(ask('can a reach b').source).toEqual({ kind: 'socket', node: 'a', bound: false });
    expect(ask('can b:eth1 reach a').source).toEqual({ kind: 'wire', node: 'b', interface: 'eth1' });
    expect(ask('can outside via b:eth1 reach a').source).toEqual({ kind: 'wire', node: 'b', interface: 'eth1' });
  });

  it('names of network.yaml stand for their node', () => {
    expect(ask('can server reach 10.0.0.1').source).toMatchObject({ node: 'b' });
    expect(ask('can a reach server').target).toEqual({ kind: 'node', node: 'b' });
  });

  it('targets are addresses, prefixes, nodes and the outside', () => {
    expect(ask('can a reach 10.0.0.2').target).toEqual({
      kind: 'prefix',
      prefix: { address: address('10.0.0.2'), length: 32 },
    });
    expect(ask('can a reach 10.0.0.0/24').target).toEqual({
      kind: 'prefix',
      prefix: { address: address('10.0.0.0'), length: 24 },
    });
    expect(ask('can a reach outside').target).toEqual({ kind: 'outside' });
    expect(ask('can a reach outside via b:eth1').target).toEqual({
      kind: 'outside',
      via: { node: 'b', interface: 'eth1' },
    });
    expect(packetsOf('can a reach b')).toEqual(B);
    expect(packetsOf('can a reach outside')).toEqual({});
  });

  it('with src binds the socket, with any src leaves it free', () => {
    expect(ask('can a reach b with src 10.9.9.9')).toMatchObject({ source: { bound: true }, anySource: false });
    expect(ask('can a reach b with any src')).toMatchObject({ source: { bound: true }, anySource: true });
    expect(ask('can a reach b with src any')).toMatchObject({ source: { bound: true }, anySource: true });
  });
});

describe('clauses', () => {
  it.each([
    ['over icmp', { proto: [[1, 1]] }],
    ['over 47', { proto: [[47, 47]] }],
    ['over TCP port ssh', { proto: [[6, 6]], dport: [[22, 22]] }],
    [
      'port 53',
      {
        proto: [
          [6, 6],
          [17, 17],
        ],
        dport: [[53, 53]],
      },
    ],
    ['from port 68 port 67 over udp', { proto: [[17, 17]], sport: [[68, 68]], dport: [[67, 67]] }],
    [
      'port 80,443',
      {
        proto: [
          [6, 6],
          [17, 17],
        ],
        dport: [
          [80, 80],
          [443, 443],
        ],
      },
    ],
    [
      'with dport 1000-2000, sport not 1-1023',
      {
        proto: [
          [6, 6],
          [17, 17],
        ],
        dport: [[1000, 2000]],
        sport: [
          [0, 0],
          [1024, 65535],
        ],
      },
    ],
    ['with icmp type echo-reply', { proto: [[1, 1]], icmpType: [[0, 0]] }],
    [
      'with icmp type 3, 11',
      {
        proto: [[1, 1]],
        icmpType: [
          [3, 3],
          [11, 11],
        ],
      },
    ],
    [
      'with src not 10.0.0.0/8',
      {
        src: [
          [0, address('9.255.255.255')],
          [address('11.0.0.0'), 0xffffffff],
        ],
      },
    ],
    ['with src 10.0.0.1-10.0.0.9, mark 0x10', { src: [[address('10.0.0.1'), address('10.0.0.9')]], mark: [[16, 16]] }],
    ['with tos 8', { tos: [[8, 8]] }],
    [
      'with proto not tcp, udp',
      {
        proto: [
          [0, 5],
          [7, 16],
          [18, 255],
        ],
      },
    ],
    ['with dst 192.0.2.0/24', { dst: [[address('192.0.2.1'), address('192.0.2.1')]] }],
    [
      'port ftp-data-ssh',
      {
        proto: [
          [6, 6],
          [17, 17],
        ],
        dport: [[20, 22]],
      },
    ],
  ])('%s', (clauses, packets) => {
    expect(packetsOf(`can a reach b ${clauses}`)).toEqual({ ...B, ...packets });
  });

  it('a wire source may fix its MAC address', () => {
    expect(packetsOf('can b:eth1 reach a with mac 02:00:00:00:00:01').macSrc).toEqual([
      [0x020000000001, 0x020000000001],
    ]);
  });

  it('clauses come in any order', () => {
    const { text: _, ...one } = ask('does a always reach b over tcp port 80 with tos 8, src 10.0.0.1 and back');
    const { text: __, ...other } = ask('does a always reach b and back with src 10.0.0.1 , tos 8 port 80 over tcp?');
    expect(other).toEqual(one);
    expect(one).toMatchObject({ quantifier: 'always', back: true, state: 'fresh' });
  });

  it('states are pinned, or any', () => {
    expect(ask('can a reach b with ct state ESTABLISHED, related').state).toEqual([2, 3]);
    expect(ask('can a reach b with ct state not NEW').state).toEqual([0, 2, 3, 4]);
    expect(ask('can a reach b in any state').state).toEqual([0, 1, 2, 3, 4]);
    expect(ask('can a reach b').packets).not.toHaveProperty('ctState');
  });

  it('words may be spread over lines', () => {
    expect(ask('can a reach b\n  over icmp\n  and back')).toMatchObject({ back: true });
  });
});

describe('services', () => {
  it('a service may be asked of two ends and in any state', () => {
    expect(parseQuestion('is dhcp always allowed', NETWORK).value).toMatchObject({
      kind: 'service',
      service: 'dhcp',
      state: 'fresh',
    });
    expect(parseQuestion('is ssh always allowed in any state between a and server', NETWORK).value).toMatchObject({
      between: [
        { kind: 'socket', node: 'a' },
        { kind: 'node', node: 'b' },
      ],
      state: [0, 1, 2, 3, 4],
    });
  });
});

describe('errors are located, with advice', () => {
  it.each([
    [
      '',
      '1:1+1 the question ends too early (write `can SOURCE reach TARGET …`, `does SOURCE always reach TARGET …` or `is SERVICE always allowed …`)',
    ],
    ['can a raech b', '1:7+5 unexpected `raech` (did you mean `reach`?)'],
    ['can a reach b ovr tcp', '1:15+3 unexpected `ovr` (did you mean `over`?)'],
    ['can a reach b over', '1:19+1 the question ends too early (expected a name or a value, `any`, `not`)'],
    ['can a reach b with sorc 1', '1:20+4 unexpected `sorc` (did you mean `src`?)'],
    ['can x reach b', '1:5+1 `x` is no node (the nodes are `a`, `b`, `server`)'],
    ['can srver reach b', '1:5+5 `srver` is no node (did you mean `server`?)'],
    ['can b:eth3 reach a', '1:7+4 no interface `eth3` on `b` (did you mean `b:eth0`?)'],
    [
      'can 10.0.0.1 reach a',
      '1:5+8 `10.0.0.1` is no node (packets are sent by a node; write `with src` for the address)',
    ],
    ['can outside reach a', '1:5+7 `outside` is not one place to send from (write `outside via b:eth1`)'],
    [
      'can a reach 10.0.0.300',
      '1:13+10 `10.0.0.300` is neither a node nor an address (the nodes are `a`, `b`, `server`)',
    ],
    ['can a reach b over tpc', '1:20+3 `tpc` is no protocol (did you mean `tcp`?)'],
    ['can a reach b port 70000', '1:20+5 `70000` is too large (ports go from 0 to 65535)'],
    ['can a reach b over tcp with tos 256', '1:33+3 `256` is too large (tos values go from 0 to 255)'],
    ['can a reach 10.0.0.2%eth0', '1:13+13 an address of IPv4 has no zone (leave out what stands behind the `%`)'],
    ['can a reach fe80::1', '1:13+7 a link-local address is one of every link (write its device: `fe80::1%eth0`)'],
    ['can a reach outside via b', '1:25+1 `b` is a node, not an interface (write `b:IFACE`)'],
    ['can a reach b port 9-5', '1:20+3 `9-5` runs backwards (write the smaller end first)'],
    ['is dchp always allowed', '1:4+4 `dchp` is no service (did you mean `dhcp`?)'],
    ['can a reach b\nover tpc', '2:6+3 `tpc` is no protocol (did you mean `tcp`?)'],
  ])('%s', (text, error) => {
    expect(errors(text)).toEqual([error]);
  });

  it('all mistakes are told at once, in order', () => {
    expect(errors('can x reach y over tpc port nope')).toEqual([
      expect.stringMatching(/^1:5\+1/),
      expect.stringMatching(/^1:13\+1/),
      expect.stringMatching(/^1:20\+3/),
      expect.stringMatching(/^1:29\+4/),
    ]);
  });
});

describe('contradictions are errors', () => {
  it.each([
    ['can a reach b over icmp port 80', /1:25\+7 a port goes with tcp/],
    ['can a reach b over any port 80', /a port goes with/],
    ['can a reach b over tcp with icmp type 8', /`icmp type` goes with icmp only/],
    ['can a reach b port 80 with icmp type 8', /icmp has no ports/],
    ['can a reach b with dst 10.9.9.9', /`dst` lies outside the target/],
    ['can a reach b with src not any', /`src` leaves no value/],
    ['can a reach b with mac 02:00:00:00:00:01', /MAC address of its own interface/],
    ['can a reach b with src 224.0.0.0/4', /sends nothing from such a source/],
    ['can b:eth1 reach a with mark 5', /a frame from the wire has no mark/],
    ['can a reach b over tcp over udp', /the protocol is said twice/],
    ['can a reach b port 80 with dport 81', /`dport` is said twice/],
    ['can a reach b in any state with ct state NEW', /contradicts `ct state`/],
    ['can a reach b between a and b', /`between` belongs to/],
    ['is ssh always allowed port 23', /a service says itself/],
    ['can a reach outside via b:eth0', /does not lead outside .*link-0/],
  ])('%s', (text, error) => {
    expect(errors(text)).toEqual([expect.stringMatching(error)]);
  });
});
