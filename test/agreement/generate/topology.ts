import fc from 'fast-check';
import { bridge, FORWARDING, hostOf, nodeOf, plug, port, vlan, type World } from './world.ts';

/** Two hosts and a third beside one of them, a router between. */
const router: World = {
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    r: nodeOf({ eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24', '10.2.0.9/24') }, { settings: FORWARDING }),
    b: hostOf('10.2.0.2/24', '10.2.0.1'),
    c: hostOf('10.2.0.3/24', '10.2.0.1'),
  },
  links: { left: ['a:eth0', 'r:eth0'], right: ['r:eth1', 'b:eth0', 'c:eth0'] },
  filtered: [],
};

/** Two routers side by side: what goes by one comes back by the other. */
const asymmetric: World = {
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    r: nodeOf({ eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24') }, { settings: FORWARDING }),
    s: nodeOf({ eth0: plug('10.1.0.254/24'), eth1: plug('10.2.0.254/24') }, { settings: FORWARDING }),
    b: hostOf('10.2.0.2/24', '10.2.0.254'),
  },
  links: { left: ['a:eth0', 'r:eth0', 's:eth0'], right: ['r:eth1', 's:eth1', 'b:eth0'] },
  filtered: [],
};

/** Three routers in a row, the addresses between them a /30 and a /31. */
const chain: World = {
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    r: nodeOf(
      { eth0: plug('10.1.0.1/24'), eth1: plug('10.9.0.1/30') },
      { settings: FORWARDING, routes: ['10.2.0.0/24 via 10.9.0.2 dev eth1', '10.9.1.0/31 via 10.9.0.2 dev eth1'] },
    ),
    s: nodeOf(
      { eth0: plug('10.9.0.2/30'), eth1: plug('10.9.1.0/31') },
      {
        settings: FORWARDING,
        routes: ['10.2.0.0/24 via 10.9.1.1 dev eth1', '10.1.0.0/24 via 10.9.0.1 dev eth0', 'blackhole 10.99.99.0/24'],
      },
    ),
    t: nodeOf(
      { eth0: plug('10.9.1.1/31'), eth1: plug('10.2.0.1/24') },
      { settings: FORWARDING, routes: ['default via 10.9.1.0 dev eth0'] },
    ),
    b: hostOf('10.2.0.2/24', '10.2.0.1', { loopback: ['10.99.99.99/32'] }),
  },
  links: {
    left: ['a:eth0', 'r:eth0'],
    one: ['r:eth1', 's:eth0'],
    two: ['s:eth1', 't:eth0'],
    right: ['t:eth1', 'b:eth0'],
  },
  filtered: [],
};

/** A hypervisor: guests on a bridge whose uplink leads to a gateway and another host; the bridge with or without an address. */
const hypervisor = (own: readonly string[], hairpin: boolean): World => ({
  nodes: {
    h: nodeOf(
      {
        eth0: port('br0'),
        br0: bridge(...own),
        tap1: port('br0', hairpin ? { hairpin: true } : {}),
        tap2: port('br0'),
        eth1: plug('10.3.0.5/24'),
      },
      { routes: own.length === 0 ? ['default via 10.3.0.1 dev eth1'] : ['default via 10.1.0.1 dev br0'] },
    ),
    g1: hostOf('10.1.0.11/24', '10.1.0.1'),
    g2: hostOf('10.1.0.12/24', '10.1.0.1'),
    gw: nodeOf({ eth0: plug('10.1.0.1/24'), eth1: plug('10.3.0.1/24') }, { settings: FORWARDING }),
    x: hostOf('10.1.0.20/24', '10.1.0.1'),
  },
  links: {
    lan: ['h:eth0', 'gw:eth0', 'x:eth0'],
    guest1: ['h:tap1', 'g1:eth0'],
    guest2: ['h:tap2', 'g2:eth0'],
    management: ['h:eth1', 'gw:eth1'],
  },
  filtered: [],
});

/** Containers behind a bridge, with a published port as Docker makes it: DNAT, and masquerading for hairpin and outside. */
const containers: World = {
  nodes: {
    d: nodeOf(
      {
        eth0: plug('10.1.0.2/24'),
        docker0: bridge('172.17.0.1/16'),
        v1: port('docker0', { hairpin: true }),
        v2: port('docker0', { hairpin: true }),
      },
      {
        settings: FORWARDING,
        routes: ['default via 10.1.0.1 dev eth0'],
        tables: {
          nat: {
            policies: { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' },
            chains: ['DOCKER'],
            rules: [
              '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
              '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
              '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
              '-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE',
              '-A DOCKER -i lo -j RETURN',
              '-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
            ],
          },
        },
      },
    ),
    c1: hostOf('172.17.0.2/16', '172.17.0.1'),
    c2: hostOf('172.17.0.3/16', '172.17.0.1'),
    gw: nodeOf({ eth0: plug('10.1.0.1/24') }, { settings: FORWARDING }),
    x: hostOf('10.1.0.9/24', '10.1.0.1'),
  },
  links: { lan: ['d:eth0', 'gw:eth0', 'x:eth0'], one: ['d:v1', 'c1:eth0'], two: ['d:v2', 'c2:eth0'] },
  filtered: [],
};

/** A router with two ways to one server, chosen by mark and by source. */
const policy: World = {
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    r: nodeOf(
      { eth0: plug('10.1.0.1/24'), eth1: plug('10.4.0.1/24'), eth2: plug('10.5.0.1/24') },
      {
        settings: FORWARDING,
        routes: [
          'default via 10.4.0.2 dev eth1',
          'default via 10.5.0.2 dev eth2 table 100',
          'unreachable 192.0.2.0/24 table 101',
        ],
        policies: [
          '100:\tfrom all fwmark 0x1 lookup 100',
          '101:\tfrom 10.1.0.77 lookup 101',
          '102:\tfrom all to 10.99.99.0/24 iif eth0 lookup 100',
        ],
      },
    ),
    s: nodeOf(
      { eth0: plug('10.4.0.2/24'), eth1: plug('10.5.0.2/24') },
      { routes: ['default via 10.4.0.1 dev eth0'], loopback: ['10.99.99.99/32'] },
    ),
  },
  links: { lan: ['a:eth0', 'r:eth0'], one: ['r:eth1', 's:eth0'], two: ['r:eth2', 's:eth1'] },
  filtered: [],
};

/** A router on a stick: two VLANs on one cable, one host in each, and one behind a bridge of a VLAN. */
const vlans: World = {
  nodes: {
    r: nodeOf(
      { eth0: plug(), 'eth0.10': vlan('eth0', 10, '10.1.0.1/24'), 'eth0.20': vlan('eth0', 20, '10.2.0.1/24') },
      { settings: FORWARDING },
    ),
    a: nodeOf(
      { eth0: plug(), 'eth0.10': vlan('eth0', 10, '10.1.0.2/24') },
      { routes: ['default via 10.1.0.1 dev eth0.10'] },
    ),
    b: nodeOf(
      {
        eth0: plug(),
        'eth0.20': { ...vlan('eth0', 20), master: 'br20' },
        br20: bridge('10.2.0.5/24'),
        tap0: port('br20'),
      },
      { routes: ['default via 10.2.0.1 dev br20'] },
    ),
    g: hostOf('10.2.0.2/24', '10.2.0.1'),
  },
  links: { trunk: ['r:eth0', 'a:eth0', 'b:eth0'], guest: ['b:tap0', 'g:eth0'] },
  filtered: [],
};

/** A segment whose switch delivers to one host only what is addressed to that host's own MAC. */
const filtering: World = {
  ...hypervisor(['10.1.0.5/24'], false),
  filtered: ['h:eth0'],
};

/** Networks of every kind, without rules; settings as they need them to work at all. */
export const TOPOLOGIES: Readonly<Record<string, World>> = {
  router,
  asymmetric,
  chain,
  hypervisor: hypervisor(['10.1.0.5/24'], false),
  'bare hypervisor': hypervisor([], true),
  containers,
  policy,
  vlans,
  filtering,
};

export const topology: fc.Arbitrary<readonly [name: string, world: World]> = fc.constantFrom(
  ...Object.entries(TOPOLOGIES),
);
