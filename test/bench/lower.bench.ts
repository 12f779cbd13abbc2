import { bench, describe } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { parseAddress, printAddress } from '../../src/packet/address.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import { only } from '../../src/packet/ranges.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';

const RULES = 20_000;

/** The same numbers every time (Numerical Recipes' linear congruence). */
function* numbers(): Generator<number, never> {
  for (let drawn = 1; ; drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0) yield drawn;
}
const drawn = numbers();
const draw = (below: number): number => drawn.next().value % below;
const host = (): string => printAddress(0x0a020000 + draw(65536));

/** Accepts a host each, as most rules of a long ruleset are. */
const rules = Array.from(
  { length: RULES },
  () => `-A FORWARD -s ${host()}/32 -d ${host()}/32 -p tcp -m tcp --dport ${1 + draw(65535)} -j ACCEPT`,
);
const save = [
  '*filter',
  ':INPUT ACCEPT [0:0]',
  ':FORWARD DROP [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  ...rules,
  'COMMIT',
].join('\n');
const wiring = `version: 1
assume: kernel-defaults
links: { left: ['a:eth0', 'fw:eth0'], right: ['fw:eth1', 'b:eth0'] }
nodes:
  a: { interfaces: { eth0: { addresses: [10.1.0.1/16] } }, routes: ['default via 10.1.255.254'] }
  b: { interfaces: { eth0: { addresses: [10.2.7.7/16] } }, routes: ['default via 10.2.255.254'] }
  fw:
    interfaces: { eth0: { addresses: [10.1.255.254/16] }, eth1: { addresses: [10.2.255.254/16] } }
    sysctl: { net.ipv4.ip_forward: 1 }
`;
const { value: network } = parseSnapshot(
  new Map([
    ['network.yaml', wiring],
    ['fw/iptables-save.txt', `${save}\n`],
  ]),
);
if (network === undefined) throw new Error('the network of the benchmark cannot be read');
const read = network;

const probe = (packets: Probe['packets']): Probe => ({
  source: { kind: 'socket', node: 'a', bound: false },
  state: 'fresh',
  back: true,
  packets: { ttl: only(64), fragment: only(0), badChecksum: only(0), tcpFlags: only(2), ...packets },
});
const b = only(parseAddress('10.2.7.7') ?? 0);

describe(`a question on ${RULES} rules`, () => {
  bench('tcp to one address and port', () => {
    lower(read, probe({ dst: b, proto: only(6), dport: only(22) }));
  });
  bench('tcp to every address of a /16', () => {
    lower(read, probe({ dst: [[0x0a020000, 0x0a02ffff]], proto: only(6) }));
  });
});
