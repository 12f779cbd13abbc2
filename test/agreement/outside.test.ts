import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import { parseMac } from '../../src/packet/address.ts';
import type { Probe, Start } from '../../src/packet/exchange.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { comparable, endOfExchange, endsOfProgram } from './ends.ts';
import { drawn } from './generate/drawn.ts';
import { framed, framedNetwork, macsIn } from './generate/framed.ts';
import { probeOf } from './generate/probe.ts';
import { sixProbeOf } from './generate/six/probe.ts';
import { sixSnapshotOf } from './generate/six/snapshot.ts';
import { snapshotOf } from './generate/snapshot.ts';
import { TOPOLOGIES } from './generate/topology.ts';
import type { World, WorldNode } from './generate/world.ts';

const QUESTIONS = 10;
const cases = Number(process.env['NETQED_CASES'] ?? 300);
const networks = Math.ceil(cases / QUESTIONS);

/** The same world with some links out of sight: their ends lead outside. */
const cut = (world: World): fc.Arbitrary<World> =>
  fc.subarray(Object.keys(world.links), { minLength: 1 }).map((gone) => ({
    ...world,
    links: Object.fromEntries(Object.entries(world.links).filter(([name]) => !gone.includes(name))),
    filtered: [],
  }));

function compare(network: Network, probe: Probe, start: Start, question: unknown, named: readonly number[] = []): void {
  const exchanges = explore(network, probe, start);
  const run = endsOfProgram(lower(network, probe), start.packet, named);
  const [a, b] = [comparable(new Set(exchanges.map(endOfExchange))), comparable(run.ends)];
  const whole = exchanges.complete && run.complete;
  const same = whole ? a.join() === b.join() : a.some((end) => b.includes(end));
  if (!same) expect({ question, program: b }).toEqual({ question, program: a });
}

const read = (files: ReadonlyMap<string, string>): Network => {
  const { value, located } = parseSnapshot(files);
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return value;
};

describe('random networks of which a part is out of sight', () => {
  it(`a Program ends every packet as the evaluator walks it (${networks * QUESTIONS} cases)`, () => {
    const some = drawn(QUESTIONS).chain((one) => cut(one.world).map((world) => ({ ...one, world })));
    fc.assert(
      fc.property(some, ({ world, questions }) => {
        const [four, six] = [read(snapshotOf(world)), read(sixSnapshotOf(world))];
        questions.forEach((question, n) => {
          const of4 = probeOf(question, n);
          compare(four, of4.probe, of4.start, question);
          const of6 = sixProbeOf({ four: question }, n);
          compare(six, of6.probe, of6.start, { six: question });
        });
      }),
      { numRuns: networks },
    );
  });

  it(`… past rules of ebtables and arptables (${networks * QUESTIONS} cases)`, () => {
    const some = framed(QUESTIONS, { forward: true }).chain((one) =>
      cut(one.world).map((world) => ({ ...one, world })),
    );
    fc.assert(
      fc.property(some, (one) => {
        const network = framedNetwork(one);
        const named = macsIn(one.world).flatMap((text) => parseMac(text) ?? []);
        one.questions.forEach((question, n) => {
          const { probe, start } = probeOf(question, n);
          compare(network, probe, start, question, named);
        });
      }),
      { numRuns: networks },
    );
  });
});

it('an answer for which its asker must ask again comes too late', () => {
  const router = TOPOLOGIES['router'] as World;
  const { left: _, ...links } = router.links;
  // a table local without the node's own addresses: what is for them is forwarded
  const r = { ...(router.nodes['r'] as WorldNode), routes: ['local 10.99.99.0/24 dev lo table local scope host'] };
  const network = read(sixSnapshotOf({ ...router, nodes: { ...router.nodes, r }, links }));
  const question = { from: 'r', proto: 'tcp', dst: '10.1.0.2', dport: 22, src: '10.1.0.2' } as const;
  const { probe, start } = sixProbeOf({ four: question }, 0);
  expect(comparable(endsOfProgram(lower(network, probe), start.packet).ends)).toEqual(['lost; no answer']);
  expect(explore(network, probe, start).map(endOfExchange)).toEqual(['lost; no answer']);
});

describe('rules that ask for the MAC address of a guest out of sight', () => {
  const world = TOPOLOGIES['hypervisor'] as World;
  const { g1: _, ...nodes } = world.nodes;
  const { guest1: __, ...links } = world.links;
  const GUEST = '52:54:00:00:00:01';
  const FOUND = 'leaves h:tap1; no answer';
  const LOST = 'lost; no answer';
  /** How h's packets to the guest end. */
  function sent(files: ReadonlyMap<string, string>, table: string, rules: readonly string[], six: boolean): string[] {
    const chains = table === 'nat' ? ['PREROUTING', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT'];
    const text = [`*${table}`, ...chains.map((name) => `:${name} ACCEPT`), ...rules, ''].join('\n');
    const network = read(new Map([...files, ['h/ebtables-save.txt', text]]));
    const question = { from: 'h', proto: 'icmp', dst: '10.1.0.11', dport: 0 } as const;
    const { probe, start } = six ? sixProbeOf({ four: question }, 0) : probeOf(question, 0);
    const run = endsOfProgram(lower(network, probe), start.packet, [parseMac(GUEST) ?? 0]);
    const walked = comparable(explore(network, probe, start).map(endOfExchange));
    expect(comparable(run.ends)).toEqual(walked);
    return [...walked];
  }
  const cutOff: World = { ...world, nodes, links };
  const four = (table: string, ...rules: readonly string[]) => sent(snapshotOf(cutOff), table, rules, false);
  const six = (table: string, ...rules: readonly string[]) => sent(sixSnapshotOf(cutOff), table, rules, true);

  it.each([
    ['of IPv4', four],
    ['of IPv6', six],
  ])('%s let his answer pass if it is his, and he may have it', (_, ends) => {
    expect(ends('nat', `-A PREROUTING -i tap1 -s ! ${GUEST} -j DROP`)).toEqual([FOUND, LOST]);
    expect(ends('nat', `-A PREROUTING -i tap1 -s ${GUEST} -j DROP`)).toEqual([FOUND, LOST]);
    expect(ends('nat', `-A PREROUTING -i tap2 -s ! ${GUEST} -j DROP`)).toEqual([FOUND]);
  });

  it('know that it is no group', () => {
    expect(four('nat', '-A PREROUTING -i tap1 -s Multicast -j DROP')).toEqual([FOUND]);
    expect(four('nat', '-A PREROUTING -i tap1 -s Unicast -j DROP')).toEqual([LOST]);
  });

  it.each([
    ['of IPv4', four],
    ['of IPv6', six],
  ])('%s: he has one, whichever rule asks', (_, ends) => {
    const yes = `-A PREROUTING -i tap1 -s ${GUEST} -j`;
    const no = `-A PREROUTING -i tap1 -s ! ${GUEST} -j`;
    expect(ends('nat', `${yes} ACCEPT`, `${no} ACCEPT`, '-A PREROUTING -i tap1 -j DROP')).toEqual([FOUND]);
    expect(ends('nat', `${yes} DROP`, `${no} DROP`)).toEqual([LOST]);
    const to = '-A OUTPUT -p IPv4 -o tap1 -d';
    expect(
      four('filter', `${to} ${GUEST} -j ACCEPT`, `${to} ! ${GUEST} -j ACCEPT`, '-A OUTPUT -p IPv4 -j DROP'),
    ).toEqual([FOUND]);
  });
});
