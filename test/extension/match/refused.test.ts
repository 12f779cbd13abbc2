import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';
import { ruleOf } from '../ask.ts';

/** The first thing that is wrong with a rule of a chain of one's own that packets reach from these hooks of `mangle`. */
function refusalOf(rule: string, hooks: readonly string[] = ['FORWARD'], family: 4 | 6 = 4): string | undefined {
  const jumps = hooks.map((hook) => `-A ${hook} -j own`).join('\n');
  const { located } = parseIptablesSave(`*mangle\n:own - [0:0]\n${jumps}\n-A own ${rule}\nCOMMIT\n`, 'rules', family);
  return located.find(({ severity }) => severity === 'error')?.message;
}

describe('an extension says what it misses', () => {
  it.each([
    ['-m addrtype --limit-iface-in', 'addrtype: it needs `--src-type` or `--dst-type`'],
    ['-m bpf', 'bpf: it needs a program'],
    ['-m connlimit', 'connlimit: it needs `--connlimit-upto` or `--connlimit-above`'],
    ['-m conntrack', 'conntrack: at least one option is required'],
    ['-m devgroup', 'devgroup: it needs `--src-group` or `--dst-group`'],
    ['-m dscp', 'dscp: `--dscp` is missing'],
    ['-m ecn', 'ecn: it needs an option'],
    ['-m ecn --ecn-tcp-cwr', 'ecn: TCP flags need `-p tcp`'],
    ['-p udp -m ecn --ecn-tcp-ece', 'ecn: TCP flags need `-p tcp`'],
    ['-m hashlimit --hashlimit-name a', 'hashlimit: it needs `--hashlimit-upto` or `--hashlimit-above`'],
    ['-m iprange', 'iprange: it needs `--src-range` or `--dst-range`'],
    ['-m ipvs', 'ipvs: it needs an option'],
    ['-p tcp -m multiport', 'multiport: it needs ports'],
    ['-m dscp --dscp 1 --dscp-class CS0', '`--dscp` stands twice'],
  ])('%s', (rule, message) => {
    expect(refusalOf(rule)).toBe(message);
  });

  it('where it may stand', () => {
    expect(refusalOf('-m cgroup', ['INPUT'])).toBe('cgroup: it needs `--cgroup` or `--path`');
    expect(refusalOf('-m cgroup')).toBe(
      'cgroup: it cannot be asked from FORWARD, only from INPUT, OUTPUT, POSTROUTING',
    );
  });
});

describe('an extension says what is too much', () => {
  const cluster = (node: string) => `-m cluster --cluster-total-nodes 2 --cluster-hash-seed 1 ${node}`;
  it.each([
    ['-m connlabel --label 127', undefined],
    ['-m connlabel --label 128', 'connlabel: labels go to 127'],
    // names, which /etc/xtables/connlabel.conf has numbers for
    ['-m connlabel --label 128x', undefined],
    ['-m connlabel --label x128', undefined],
    ['-m connlabel --label ""', 'empty text'],
    [cluster('--cluster-local-node 2'), undefined],
    [cluster('--cluster-local-node 3'), 'cluster: there are only 2 nodes'],
    [cluster('--cluster-local-nodemask 3'), undefined],
    [cluster('--cluster-local-nodemask 4'), 'cluster: there are only 2 nodes'],
  ])('%s: %s', (rule, message) => {
    expect(refusalOf(rule)).toBe(message);
  });
});

// addrtype_mt_checkentry_v1, devgroup_mt_checkentry: one hook without the device is one too many
describe('a device can be asked for only where each packet has one', () => {
  const LIMIT_IN = '`--limit-iface-in` cannot be asked where packets leave';
  const LIMIT_OUT = '`--limit-iface-out` cannot be asked where packets come in';
  it.each([
    ['-m addrtype --dst-type LOCAL --limit-iface-in', ['OUTPUT', 'POSTROUTING'], `addrtype: ${LIMIT_IN}`],
    ['-m addrtype --dst-type LOCAL --limit-iface-out', ['PREROUTING', 'INPUT'], `addrtype: ${LIMIT_OUT}`],
    ['-m devgroup --src-group 1', ['OUTPUT', 'POSTROUTING'], 'devgroup: nothing comes in here'],
    ['-m devgroup --dst-group 1', ['PREROUTING', 'INPUT'], 'devgroup: nothing goes out here'],
  ])('%s', (rule, refused, message) => {
    for (const hook of ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])
      expect([hook, refusalOf(rule, [hook])]).toEqual([hook, refused.includes(hook) ? message : undefined]);
    for (const hook of refused) expect(refusalOf(rule, ['FORWARD', hook])).toBe(message);
  });

  it('no limit, no question', () => {
    expect(refusalOf('-m addrtype --dst-type LOCAL', ['PREROUTING', 'OUTPUT'])).toBeUndefined();
  });
});

describe('types of addresses that IPv6 does not have', () => {
  it.each(['UNSPEC', 'UNICAST', 'LOCAL', 'ANYCAST', 'MULTICAST', 'UNREACHABLE'])('%s is one that it has', (type) => {
    expect(refusalOf(`-m addrtype --src-type ${type} --dst-type ${type}`, ['FORWARD'], 6)).toBeUndefined();
  });

  it.each(['BROADCAST', 'BLACKHOLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE'])('%s is refused there', (type) => {
    const why = `addrtype: IPv6 has no addresses of type ${type}`;
    expect(refusalOf(`-m addrtype --dst-type LOCAL,${type}`, ['FORWARD'], 6)).toBe(why);
    expect(refusalOf(`-m addrtype ! --src-type ${type} --dst-type LOCAL`, ['FORWARD'], 6)).toBe(why);
    expect(refusalOf(`-m addrtype --dst-type ${type}`)).toBeUndefined();
  });
});

describe('what every object of JavaScript has is no name here', () => {
  it.each([
    ['-m pkttype --pkt-type constructor', '`constructor` is no type'],
    ['-m policy --dir in --pol ipsec --proto constructor', '`constructor` is no protocol'],
    ['-j REJECT --reject-with constructor', '`constructor` is no answer'],
    ['-m constructor', undefined],
  ])('%s', (rule, message) => {
    expect(refusalOf(rule)).toBe(message);
  });

  it('and stays what it is where it is kept', () => {
    expect(ruleOf('-m constructor --x 1').text).toBe('-A FORWARD -m constructor --x 1');
  });
});
