import { describe, expect, it } from 'vitest';
import { printMac } from '../../src/packet/address.ts';
import { everything, only } from '../../src/packet/ranges.ts';
import { macOf } from '../agreement/generate/snapshot.ts';
import { bridge, hostOf, nodeOf, port, type World } from '../agreement/generate/world.ts';
import { type Asked, answered, ask, endsOf, networkOf, rules, withRules, withSettings } from './ask.ts';

/** Guests a and b on a bridge of h. */
const WORLD: World = {
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    b: hostOf('10.1.0.3/24', '10.1.0.1'),
    h: nodeOf({ br0: bridge('10.1.0.1/24'), p0: port('br0'), p1: port('br0') }),
  },
  links: { left: ['h:p0', 'a:eth0'], right: ['h:p1', 'b:eth0'] },
  filtered: [],
};
const mac = (node: string, name: string): string =>
  printMac(macOf(WORLD.nodes[node] as never, Object.keys(WORLD.nodes).indexOf(node), name));
const NOBODY = '02:00:00:00:00:99';

type Table = 'broute' | 'nat' | 'filter';
const BUILT_IN = {
  broute: ['BROUTING'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;

/** h with rules of ebtables; chains that are not built in return. */
function ebtables(tables: Partial<Record<Table, readonly string[]>>, world: World = WORLD): World {
  const text = (name: Table, lines: readonly string[]) => {
    const own = lines
      .map((line) => line.split(' ')[1] ?? '')
      .filter((chain) => !BUILT_IN[name].includes(chain as never));
    const policies = [...BUILT_IN[name].map((chain) => [chain, 'ACCEPT']), ...own.map((chain) => [chain, 'RETURN'])];
    return { policies: Object.fromEntries(policies) as Record<string, string>, rules: lines };
  };
  const frames = Object.fromEntries(Object.entries(tables).map(([name, lines]) => [name, text(name as Table, lines)]));
  const h = world.nodes['h'];
  if (h === undefined) throw new Error('no h');
  return { ...world, nodes: { ...world.nodes, h: { ...h, frames } } };
}
function arptables(node: string, ...lines: readonly string[]): World {
  const arp = { policies: { INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', FORWARD: 'ACCEPT' }, rules: lines };
  return { ...WORLD, nodes: { ...WORLD.nodes, [node]: { ...(WORLD.nodes[node] as never as object), arp } as never } };
}

const LOST = 'the request did not arrive';
const NOT_FOUND = (node: string) => [`${node}: no neighbour | ${LOST}`];
const DROPPED = [`h: rule | ${LOST}`];
const ACROSS: Asked = { from: 'a', to: '10.1.0.3' };
const UP: Asked = { from: 'a', to: '10.1.0.1' };
const OUT: Asked = { from: 'h', to: '10.1.0.3' };

describe('ebtables', () => {
  const filter = (...lines: readonly string[]) => ebtables({ filter: lines });

  it('asks FORWARD of what crosses the bridge, INPUT of what goes up, OUTPUT of what the host sends', () => {
    const ways = [ACROSS, UP, OUT];
    const by = (chain: string) =>
      ways.map((asked) => ask(filter(`-A ${chain} -p IPv4 --ip-proto udp --ip-dport 9999 -j DROP`), asked)[0]);
    const [across, up, out] = ['delivered b | delivered a', 'delivered h | delivered a', 'delivered b | delivered h'];
    expect(by('FORWARD')).toEqual([DROPPED[0], up, out]);
    expect(by('INPUT')).toEqual([across, DROPPED[0], out]);
    expect(by('OUTPUT')).toEqual([across, up, DROPPED[0]]);
  });

  it('knows the ports, and the bridge by its own name', () => {
    const by = (tests: string) => ask(filter(`-A FORWARD -p IPv4 ${tests} -j DROP`), ACROSS);
    expect(by('-i p0 -o p1')).toEqual(DROPPED);
    expect(by('--logical-in br0 --logical-out br+')).toEqual(DROPPED);
    expect(by('-i br0')).toEqual(answered('b', 'a'));
    expect(by('-i ! p+')).toEqual(answered('b', 'a'));
    expect(by('-i p1')).toEqual(['delivered b | h: rule']);
  });

  it('tests no ports of later fragments, turned round or not', () => {
    const of = (fragment: number, test: string) =>
      ask(filter(`-A FORWARD -p IPv4 --ip-proto udp --ip-dport ${test} -j DROP`), {
        ...ACROSS,
        fields: { fragment: only(fragment) },
        back: false,
      });
    expect(of(0, '9999')).toEqual(DROPPED);
    expect(of(0, '! 80')).toEqual(DROPPED);
    const passed = [`b: fragment | ${LOST}`];
    expect([of(1, '9999'), of(1, '! 80')]).toEqual([passed, passed]);
  });

  it('calls chains, returns from them and ends with their policies', () => {
    const called = (...own: readonly string[]) => ask(filter('-A FORWARD -p IPv4 -j x', ...own), ACROSS);
    expect(called('-A x -j DROP')).toEqual(DROPPED);
    expect(called('-A x -i p0 -j RETURN', '-A x -j DROP')).toEqual(['delivered b | h: rule']);
    expect(called('-A x -j ACCEPT', '-A x -j DROP')).toEqual(answered('b', 'a'));
    expect(called('-A x -j mark --mark-set 1 --mark-target CONTINUE', '-A x --mark 1 -j DROP')).toEqual(DROPPED);
    expect(called('-A x -j mark --mark-set 1 --mark-target RETURN', '-A x -j DROP')).toEqual(answered('b', 'a'));
  });

  it('comes before the hook of iptables at the same place', () => {
    const marked = (table: Table, line: string, chain: string) =>
      ask(
        withRules(ebtables({ [table]: [line] }), 'h', {
          mangle: rules({ [chain]: 'ACCEPT' }, `-A ${chain} -m mark --mark 0x7 -j DROP`),
        }),
        ACROSS,
      );
    const mark = '-p IPv4 -j mark --mark-set 0x7 --mark-target ACCEPT';
    expect(marked('nat', `-A PREROUTING ${mark}`, 'PREROUTING')).toEqual(DROPPED);
    expect(marked('filter', `-A FORWARD ${mark}`, 'FORWARD')).toEqual(DROPPED);
    expect(marked('nat', `-A POSTROUTING ${mark}`, 'POSTROUTING')).toEqual(DROPPED);
    expect(marked('nat', `-A POSTROUTING ${mark}`, 'FORWARD')).toEqual(answered('b', 'a'));
  });

  it('decides by the address that PREROUTING of nat leaves, but chooses the port before OUTPUT of nat', () => {
    const nat = (line: string, asked: Asked) => ask(ebtables({ nat: [line] }), { ...asked, back: false });
    const across = `-A PREROUTING -p IPv4 -i p0 -j dnat --to-dst`;
    expect(nat(`${across} ${mac('b', 'eth0')}`, UP)).toEqual([`b: not forwarding | ${LOST}`]);
    expect(nat(`${across} ${mac('h', 'br0')}`, ACROSS)).toEqual([`h: not forwarding | ${LOST}`]);
    expect(nat(`-A OUTPUT -p IPv4 -j dnat --to-dst ${mac('a', 'eth0')}`, OUT)).toEqual([`b: not for me | ${LOST}`]);
  });

  // measured: dnat to the port's own address makes a frame one for others, which without dnat it is not
  it('takes a frame for the host by the address of the bridge after dnat, before it by that of the port as well', () => {
    const to = (of: string) => ask(ebtables({ nat: [`-A PREROUTING -p IPv4 -i p0 -j dnat --to-dst ${of}`] }), UP);
    expect(to(mac('h', 'br0'))).toEqual(answered('h', 'a'));
    expect(to(mac('h', 'p0'))).toEqual([`h: not for me | ${LOST}`]);
  });

  it('knows frames by whom they are for when they came in; what the host sends is for a host', () => {
    const type = (chain: string, of: string, asked: Asked) =>
      ask(filter(`-A ${chain} -p IPv4 --pkttype-type ${of} -j DROP`), asked);
    expect(type('FORWARD', 'otherhost', ACROSS)).toEqual(DROPPED);
    expect(type('INPUT', 'host', UP)).toEqual(DROPPED);
    expect(type('OUTPUT', 'host', { from: 'h', to: '10.1.0.255', back: false })).toContain(DROPPED[0]);
    expect(type('OUTPUT', 'broadcast', { from: 'h', to: '10.1.0.255', back: false })).not.toContain(DROPPED[0]);
  });

  it('gives frames that BROUTING drops to the port itself', () => {
    const broute = (line: string) => ask(ebtables({ broute: [line] }), { ...UP, back: false });
    expect(broute('-A BROUTING -p IPv4 -j DROP')).toEqual([`h: not for me | ${LOST}`]);
    expect(broute('-A BROUTING -p IPv4 -j redirect --redirect-target DROP')).toEqual(['delivered h | not followed']);
    // ARP of the port tells the port's address, and frames to that are the host's if they come in by it
    expect(broute('-A BROUTING -p ARP -j DROP')).toEqual(['delivered h | not followed']);
  });

  it('sends to the address of a group what is for a group', () => {
    const group = (tests: string) =>
      ask(filter(`-A OUTPUT -p IPv4 -d ${tests} -j DROP`), {
        from: 'h',
        to: '224.0.0.1',
        fields: { src: only(0x0a010001) },
        back: false,
      });
    const [all, one, other] = ['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '01:00:5e:00:00:02'].map((to) =>
      group(to).includes(DROPPED[0] ?? ''),
    );
    expect({ all, one, other }).toEqual({ all: false, one: true, other: false });
  });

  it('leaves open what no frame decides, and gives up where nobody knows what a rule does', () => {
    expect(ask(filter('-A FORWARD -p IPv4 --limit 1/sec -j DROP'), ACROSS)).toEqual([
      'delivered b | delivered a',
      'delivered b | h: rule',
      ...DROPPED,
    ]);
    const [end] = ask(filter('-A FORWARD -p IPv4 -j snork'), ACROSS);
    expect(end).toMatch(/^unknown: .*snork/);
    expect(ask(filter('-A FORWARD -p IPv4 -i p1 -o p1 -j snork'), ACROSS)).toEqual(answered('b', 'a'));
  });
});

describe('ARP past ebtables', () => {
  it('finds nobody where the request or its answer is dropped', () => {
    const filter = (line: string, asked: Asked) => ask(ebtables({ filter: [line] }), asked);
    expect(filter('-A FORWARD -p ARP --arp-op Request -j DROP', ACROSS)).toEqual(NOT_FOUND('a'));
    expect(filter('-A FORWARD -p ARP --arp-op Reply -j DROP', ACROSS)).toEqual(NOT_FOUND('a'));
    expect(filter('-A FORWARD -p ARP -i p1 --arp-op Request -j DROP', ACROSS)).toEqual(answered('b', 'a'));
    expect(filter('-A FORWARD -p ARP -j DROP', UP)).toEqual(answered('h', 'a'));
    expect(filter('-A INPUT -p ARP -j DROP', UP)).toEqual(NOT_FOUND('a'));
    expect(filter('-A OUTPUT -p ARP -j DROP', OUT)).toEqual(NOT_FOUND('h'));
  });

  it('holds a guest to its own addresses (no-arp-spoofing)', () => {
    const own = (ip: string) =>
      ask(ebtables({ nat: [`-A PREROUTING -i p0 -p ARP --arp-ip-src ! ${ip} -j DROP`] }), ACROSS);
    expect(own('10.1.0.2')).toEqual(answered('b', 'a'));
    expect(own('10.1.0.9')).toEqual(NOT_FOUND('a'));
  });

  // measured: the first answer counts, and arpreply's is the first
  it('is answered by arpreply before anybody behind the bridge, and in their place', () => {
    const reply = (by: string, then = '') =>
      ask(ebtables({ nat: [`-A PREROUTING -p ARP -i p0 -j arpreply --arpreply-mac ${by}${then}`] }), ACROSS);
    expect(reply(mac('b', 'eth0'))).toEqual(answered('b', 'a'));
    expect(reply(NOBODY)).toEqual([`b: not for me | ${LOST}`]);
    expect(reply(NOBODY, ' --arpreply-target CONTINUE')).toEqual([`b: not for me | ${LOST}`]);
  });

  it('tells the address that snat wrote, if --snat-arp', () => {
    const snat = (arp: string) =>
      ask(ebtables({ nat: [`-A POSTROUTING -o p1 -p ARP -j snat --to-src ${NOBODY}${arp}`] }), ACROSS);
    expect(snat('')).toEqual(answered('b', 'a'));
    expect(snat(' --snat-arp')).toEqual(NOT_FOUND('a'));
  });

  it('leaves open whom it finds where a rule leaves open what it does', () => {
    expect(ask(ebtables({ filter: ['-A FORWARD -p ARP --limit 1/sec -j DROP'] }), ACROSS)).toEqual([
      ...NOT_FOUND('a'),
      'delivered b | delivered a',
    ]);
    const [end] = ask(ebtables({ filter: ['-A FORWARD -p ARP -j snork'] }), ACROSS);
    expect(end).toMatch(/^unknown: .*snork/);
  });

  it('is decided for each address of a class', () => {
    const network = networkOf(ebtables({ filter: ['-A FORWARD -p ARP --arp-ip-dst 10.1.0.3 -j DROP'] }));
    const to = (address: number) =>
      endsOf(network, { ...ACROSS, fields: { dst: only(address), src: everything('src') } });
    expect(to(0x0a010003).every((end) => end.startsWith('a: no neighbour'))).toBe(true);
    expect(to(0x0a010001).some((end) => end.startsWith('delivered h'))).toBe(true);
  });
});

describe('what ebtables-legacy and ebtables-nft do differently', () => {
  it('is open: pairs with an address meet ARP in the one only', () => {
    const among = (pair: string) =>
      ask(ebtables({ filter: [`-A FORWARD -p ARP --among-src ${pair} -j DROP`] }), ACROSS);
    expect(among(mac('a', 'eth0'))).toEqual(NOT_FOUND('a'));
    expect(among(`${mac('a', 'eth0')}=10.1.0.2`)).toEqual([...NOT_FOUND('a'), 'delivered b | delivered a']);
  });

  it('is open: OUTPUT of nat comes first in the one, last in the other', () => {
    const nat = ['-A OUTPUT -p IPv4 -j mark --mark-set 0x5 --mark-target ACCEPT'];
    const rules = (test: string) => ebtables({ nat, filter: [`-A OUTPUT -p IPv4 ${test} -j DROP`] });
    const both = (test: string) => ask(rules(test), OUT);
    expect(both('--mark 0x5')).toEqual(['delivered b | delivered h', ...DROPPED]);
    expect(both('--mark 0x6')).toEqual(answered('b', 'h'));
    const by = (framesBy: string) => {
      const world = rules('--mark 0x5');
      return ask({ ...world, nodes: { ...world.nodes, h: { ...nodeOf({}), ...world.nodes['h'], framesBy } } }, OUT);
    };
    expect(by('1.8.9 (nf_tables)')).toEqual(answered('b', 'h'));
    expect(by('1.0')).toEqual(DROPPED);
  });
});

describe('arptables', () => {
  it('asks OUTPUT and INPUT of both sides, by their own devices', () => {
    const at = (node: string, line: string) => ask(arptables(node, line), ACROSS);
    expect(at('a', '-A OUTPUT -o eth0 -j DROP')).toEqual(NOT_FOUND('a'));
    expect(at('b', '-A INPUT -i eth0 -j DROP')).toEqual(NOT_FOUND('a'));
    expect(at('b', '-A OUTPUT --opcode 2 -j DROP')).toEqual(NOT_FOUND('a'));
    expect(at('a', '-A INPUT -s 10.1.0.3 -j DROP')).toEqual(NOT_FOUND('a'));
    expect(at('a', '-A INPUT -s 10.1.0.4 -j DROP')).toEqual(answered('b', 'a'));
  });

  it('asks FORWARD of bridged ARP by its ports while bridge-nf-call-arptables', () => {
    const forward = (tests: string) => arptables('h', `-A FORWARD ${tests} -j DROP`);
    expect(ask(forward('-i p0 -o p1'), ACROSS)).toEqual(NOT_FOUND('a'));
    expect(ask(forward('-i br0'), ACROSS)).toEqual(answered('b', 'a'));
    const off = withSettings(forward('-i p0'), 'h', { 'net.bridge.bridge-nf-call-arptables': 0 });
    expect(ask(off, ACROSS)).toEqual(answered('b', 'a'));
  });

  // measured, all of them
  it('mangles what ARP tells, not where the frame goes', () => {
    const at = (node: string, line: string, asked = ACROSS) => ask(arptables(node, line), asked);
    expect(at('b', `-A OUTPUT --opcode 2 -j mangle --mangle-mac-s ${NOBODY}`)).toEqual([`b: not for me | ${LOST}`]);
    expect(at('a', `-A OUTPUT --opcode 1 -j mangle --mangle-mac-s ${mac('h', 'br0')}`)).toEqual(NOT_FOUND('a'));
    expect(at('a', '-A INPUT --opcode 2 -j mangle --mangle-ip-s 10.1.0.9')).toEqual(NOT_FOUND('a'));
    expect(at('a', '-A OUTPUT --opcode 1 -j mangle --mangle-ip-s 0.0.0.0')).toEqual(answered('b', 'a'));
    expect(at('b', '-A INPUT -d 10.1.0.9 -j mangle --mangle-ip-d 10.1.0.3', { ...ACROSS, to: '10.1.0.9' })).toEqual(
      NOT_FOUND('a'),
    );
  });
});
