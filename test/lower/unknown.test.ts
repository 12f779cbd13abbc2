import { describe, expect, it } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import { hostOf, type World } from '../agreement/generate/world.ts';
import { answered, ask, endsOf, networkOf, probeOf, rules, withRules } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const ASKED = { from: 'a', to: '10.2.0.2' } as const;

/** Every setting that may decide about the question but one. */
const SHOWN = ['all', 'default']
  .flatMap((device) =>
    ['accept_local', 'route_localnet', 'src_valid_mark', 'proxy_arp', 'arp_ignore', 'arp_announce', 'arp_filter'].map(
      (key) => `net.ipv4.conf.${device}.${key} = 0\n`,
    ),
  )
  .concat(
    'net.ipv4.ip_default_ttl = 64\n',
    'net.netfilter.nf_conntrack_checksum = 1\n',
    'net.netfilter.nf_conntrack_tcp_loose = 1\n',
  )
  .join('');

describe('what no capture shows', () => {
  /** Without defaults, and without one file. */
  const bare = (missing: string, forwarding = '') =>
    networkOf(router, (files) => {
      for (const node of Object.keys(router.nodes))
        files.set(`${node}/sysctl.txt`, `${files.get(`${node}/sysctl.txt`)}${SHOWN}`);
      files.set('r/sysctl.txt', (files.get('r/sysctl.txt') ?? '').replace('net.ipv4.ip_forward = 1\n', forwarding));
      files.delete(missing);
      files.set('network.yaml', (files.get('network.yaml') ?? '').replace('assume: kernel-defaults\n', ''));
    });

  it('makes the fate of a packet unknown where the rules are not known', () => {
    const ends = endsOf(bare('r/iptables-save.txt'), ASKED);
    expect(ends.filter((end) => !end.startsWith('unknown: '))).toEqual([]);
    expect(endsOf(bare('c/iptables-save.txt', 'net.ipv4.ip_forward = 1\n'), ASKED)).toEqual(answered('b', 'a'));
  });

  it('leaves both values of a setting open, the same for the whole exchange', () => {
    const oneWay = bare('none', 'net.ipv4.conf.eth1.forwarding = 1\n');
    expect(endsOf(oneWay, { ...ASKED, proto: 'TCP' })).toEqual([
      ...answered('b', 'a'),
      'r: not forwarding | the request did not arrive',
    ]);
  });

  it('is an assumption where the defaults of the kernel may be assumed', () => {
    const assumed = networkOf(router, (files) => files.delete('r/sysctl.txt'));
    expect(endsOf(assumed, ASKED)).toEqual(['r: not forwarding | the request did not arrive']);
    const { assumptions } = lower(assumed, probeOf(ASKED));
    expect(assumptions.map(({ node, text }) => `${node} ${text}`)).toContainEqual(
      expect.stringMatching(/^r net\.ipv4\.(conf\.eth0\.|ip_)forward/),
    );
    expect(new Set(assumptions.map(({ node, text }) => `${node} ${text}`)).size).toBe(assumptions.length);
  });
});

describe('two owners of one address', () => {
  const two: World = { ...router, nodes: { ...router.nodes, c: hostOf('10.2.0.2/24', '10.2.0.1') } };

  it('may each be the one that answers, and stays it', () => {
    expect(ask(two, ASKED)).toEqual([...answered('b', 'a'), ...answered('c', 'a')]);
    expect(ask(two, { ...ASKED, proto: 'TCP' })).toEqual([...answered('b', 'a'), ...answered('c', 'a')]);
  });

  it('are named as what is not known', () => {
    const text = JSON.stringify(lower(networkOf(two), probeOf(ASKED)).steps);
    expect(text).toContain('"reason":"ambiguous owner');
  });
});

describe('a target whose verdict a program gives', () => {
  const FILTER = { INPUT: 'ACCEPT', FORWARD: 'DROP', OUTPUT: 'ACCEPT' } as const;

  it('may drop, accept, or let the next rule decide', () => {
    const queued = (...rest: readonly string[]): readonly string[] =>
      ask(withRules(router, 'r', { filter: rules(FILTER, '-A FORWARD -j NFQUEUE --queue-num 1', ...rest) }), ASKED);
    for (const ends of [queued(), queued('-A FORWARD -j ACCEPT')]) {
      expect(ends).toContain('delivered b | delivered a');
      expect(ends).toContain('r: rule | the request did not arrive');
    }
  });
});

describe('how long a packet is', () => {
  const dropping = (length: string): World =>
    withRules(router, 'r', { filter: rules({}, `-A FORWARD -m length --length ${length} -j DROP`) });

  it('is open of answers and of segments after the SYN, known of requests and of echoes', () => {
    expect(ask(dropping('85:65535'), ASKED)).toEqual([...answered('b', 'a'), 'delivered b | r: rule']);
    expect(ask(dropping('85:65535'), { ...ASKED, proto: 'ICMP' })).toEqual(answered('b', 'a'));
    expect(ask(dropping('84'), ASKED)).toEqual(['r: rule | the request did not arrive']);
  });
});
