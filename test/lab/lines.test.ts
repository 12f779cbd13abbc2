import { describe, expect, it } from 'vitest';
import { interfaceLines, risingDevices } from '../../src/lab/interfaces.ts';
import { translatedPorts } from '../../src/lab/listen.ts';
import { policyLines, routeLines } from '../../src/lab/routes.ts';
import { restoreText } from '../../src/lab/ruleset.ts';
import { settingLines } from '../../src/lab/settings.ts';
import { deviceLines, portsOf, segmentLines, switchLines } from '../../src/lab/wiring.ts';
import type { Network, Node } from '../../src/network/network.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import { hostOf, nodeOf, plug, type World } from '../agreement/generate/world.ts';

function networkOf(world: World): Network {
  const { value, located } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error(JSON.stringify(located));
  return value;
}

const topology = (name: string): Network => networkOf(TOPOLOGIES[name] as World);
const nodeAt = (network: Network, name: string): Node => network.nodes.get(name) as Node;
const alone = (node: Parameters<typeof nodeOf>[1]): Node =>
  nodeAt(networkOf({ nodes: { r: nodeOf({ eth0: plug('10.1.0.1/24') }, node) }, links: {}, filtered: [] }), 'r');

describe('what the lab has ip do', () => {
  it('devices are made in the order of the capture, each cable with a port of the switch', () => {
    const network = topology('hypervisor');
    const lines = deviceLines(nodeAt(network, 'h'), portsOf(network), 'hub');
    expect(lines.map((line) => line.replace(/ address \S+/, ''))).toEqual([
      'link add name eth0 index 2 type veth peer name p4 index 1004 mtu 9000 netns hub',
      'link add name br0 index 3 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      'link add name tap1 index 4 type veth peer name p5 index 1005 mtu 9000 netns hub',
      'link add name tap2 index 5 type veth peer name p6 index 1006 mtu 9000 netns hub',
      'link add name eth1 index 6 type veth peer name p7 index 1007 mtu 9000 netns hub',
    ]);
  });

  it('a link is one bridge of the switch, and a vlan is made on its parent', () => {
    const network = topology('vlans');
    expect(segmentLines(network, portsOf(network)).filter((line) => line.startsWith('link add'))).toHaveLength(2);
    expect(deviceLines(nodeAt(network, 'r'), portsOf(network), 'hub').at(1)).toMatch(
      /^link add link eth0 name eth0\.10 index 3 .*type vlan id 10$/,
    );
  });

  it('a cable learns nothing; a port that filters gets only its own address', () => {
    const network = topology('filtering');
    const lines = switchLines(network, portsOf(network));
    expect(lines).toContain('link set dev p4 flood off learning off mcast_flood on bcast_flood on');
    expect(lines).toContain('fdb replace 02:00:00:00:01:01 dev p4 master static');
    expect(lines).toContain('link set dev p5 learning off');
    expect(lines.some((line) => line.includes(' p2 '))).toBe(false); // an end of a link of three that does not filter
  });

  it('bridges go up last, and only what can have a carrier is waited for', () => {
    const node = nodeAt(topology('hypervisor'), 'h');
    const ups = interfaceLines(node).filter((line) => line.endsWith(' up'));
    expect(ups.at(-1)).toBe('link set br0 up');
    expect(risingDevices(node)).toEqual(['eth0', 'br0', 'tap1', 'tap2', 'eth1']);
  });

  it('a gateway comes after the route that leads to it, but equal routes keep their order', () => {
    const node = alone({ routes: ['10.9.0.0/24 via 10.1.0.7 dev eth0', 'blackhole 10.9.0.0/24'] });
    const main = routeLines(node, '[]').filter((line) => line.includes(' table 254 '));
    expect(main.map((line) => line.split(' ').slice(2, 4).join(' '))).toEqual([
      'unicast 10.1.0.0/24',
      'unicast 10.9.0.0/24',
      'blackhole 10.9.0.0/24',
    ]);
  });

  it("the kernel's own local routes are left alone, and what the network does not show is taken away", () => {
    const node = alone({});
    const own = [
      { type: 'local', dst: '10.1.0.1', dev: 'eth0', prefsrc: '10.1.0.1' },
      { type: 'local', dst: '10.7.0.1', dev: 'eth0', prefsrc: '10.7.0.1' },
    ];
    const lines = routeLines(node, JSON.stringify(own));
    expect(lines).toContain('route del local 10.7.0.1 dev eth0 table 255');
    expect(lines.some((line) => line.includes('append local 10.1.0.1/32'))).toBe(false);
    expect(routeLines(node, '').some((line) => line.includes('append local 10.1.0.1/32'))).toBe(true);
  });

  it("policy rules are written only where they are not the kernel's three", () => {
    expect(policyLines(alone({}))).toEqual([]);
    const lines = policyLines(alone({ policies: ['100:\tnot from 10.1.0.0/24 fwmark 0x1/0xff iif eth0 lookup 100'] }));
    expect(lines.slice(0, 2)).toEqual(['rule flush', 'rule del pref 0']);
    expect(lines).toContain('rule add pref 100 not from 10.1.0.0/24 iif eth0 fwmark 0x1/0xff table 100');
  });

  it('ip_forward is set before what it would reset, and a dot in a name stays one', () => {
    const lines = settingLines(nodeAt(topology('vlans'), 'r')).map(([path, value]) => `${path}=${value}`);
    expect(lines.indexOf('net/ipv4/ip_forward=1')).toBeLessThan(lines.indexOf('net/ipv4/conf/eth0.10/forwarding=1'));
    expect(lines).toContain('net/ipv4/conf/eth0.10/forwarding=1');
  });

  it('rules are restored as they were written, and the ports that they translate to are listened on', () => {
    const network = topology('containers');
    const { ruleset } = nodeAt(network, 'd');
    const text = ruleset.kind === 'known' ? restoreText(ruleset.value) : '';
    expect(text).toContain(':DOCKER - [0:0]\n');
    expect(text).toContain('-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80\n');
    expect(translatedPorts(network)).toEqual([80]);
    expect(
      translatedPorts(networkOf({ nodes: { a: hostOf('10.1.0.2/24', '10.1.0.1') }, links: {}, filtered: [] })),
    ).toEqual([]);
  });
});
