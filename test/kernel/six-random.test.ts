import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { isGroup } from '../../src/evaluate/six/address.ts';
import { type Lab, openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { inFamily } from '../../src/network/family.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { drawn } from '../agreement/generate/drawn.ts';
import { type SixQuestion, sixProbeOf, sixQuestion } from '../agreement/generate/six/probe.ts';
import { sixSnapshotOf } from '../agreement/generate/six/snapshot.ts';
import type { World } from '../agreement/generate/world.ts';
import { disagreement } from '../agreement/judge.ts';
import { atOnce } from './at-once.ts';
import { loadable } from './loadable.ts';

const QUESTIONS = Number(process.env['NETQED_QUESTIONS'] ?? 25);
const networks = Number(process.env['NETQED_NETWORKS'] ?? 10);
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const drawnInSix = drawn(QUESTIONS).chain(({ name, world, questions }) =>
  fc.record({
    name: fc.constant(name),
    world: fc.constant(world),
    questions: fc.tuple(...questions.map((one) => sixQuestion(world, one))),
  }),
);

function networkOf(world: World): Network {
  const { value, located } = parseSnapshot(sixSnapshotOf(world));
  if (value === undefined) throw new Error(`not read: ${JSON.stringify(located[0])}`);
  return inFamily(value, 6);
}

/** What no kernel of today has, or no lab can send. */
const isAskable = (world: World): boolean =>
  Object.values(world.nodes).every(({ interfaces }) =>
    Object.values(interfaces).every(({ vlan }) => vlan === undefined),
  );
const isSendable = (one: SixQuestion, n: number): boolean => {
  const { probe, start } = sixProbeOf(one, n);
  const { fragment, proto, badChecksum } = start.packet;
  const unbound = probe.source.kind === 'socket' && !probe.source.bound && one.four.odd !== undefined;
  // what tcp would not send is sent by a raw socket, which need not name the device of a group as tcp must (tcp_v6_connect)
  const raw = proto === PROTOCOL.TCP && one.four.odd !== undefined && isGroup(start.packet.dst);
  // raw sockets of ICMPv6 are not given what has a wrong checksum
  return fragment === 0 && !unbound && !raw && !(proto === PROTOCOL.ICMPV6 && badChecksum === 1);
};

/**
 * Where a bridge has translated a packet and looked its local route up, a socket is told the device of that route
 * (ip6_rcv_core: IP6CB(skb)->iif), though rules see the bridge: that is where it came in.
 */
const asTheyCame = ({ arrivals }: Verdict, exchanges: readonly Exchange[]): Verdict['arrivals'] =>
  arrivals.map((one) => {
    const walks = exchanges.flatMap((exchange) => exchange.walks.flatMap((walk) => [walk, ...walk.copies]));
    const bridged = walks.find(
      ({ fate, hops, received: { src, dst } }) =>
        fate.kind === 'delivered' &&
        fate.node === one.node &&
        src === one.src &&
        dst === one.dst &&
        hops.some(({ node, hook, verdict }) => node === one.node && hook === 'bridge' && verdict.startsWith('up to')),
    );
    return bridged?.fate.kind === 'delivered' ? { ...one, interface: bridged.fate.interface } : one;
  });

function compare(network: Network, one: SixQuestion, n: number, verdict: Verdict): string | undefined {
  const { probe, start } = sixProbeOf(one, n);
  const exchanges = explore(network, probe, start);
  const text = disagreement(one.four.from, exchanges, { ...verdict, arrivals: asTheyCame(verdict, exchanges) });
  return text === undefined ? undefined : `${JSON.stringify(one)}\n${text}`;
}

type Asked = readonly (readonly [SixQuestion, number])[];

function sent(lab: Lab, asked: Asked, limit: number): Promise<readonly Verdict[]> {
  const shots = asked.map(([one, n]) => {
    const { probe, start } = sixProbeOf(one, n);
    return { source: probe.source, packet: start.packet };
  });
  return send(lab, shots, { limit });
}

/** What the kernel did with every question, all asked in one lab; what it does not take of the network, if it takes not all. */
async function observe(
  network: Network,
  asked: Asked,
  limit: number,
): Promise<readonly Verdict[] | { refused: string }> {
  const lab = await openLab(network);
  try {
    return lab.refused.length > 0 ? { refused: lab.refused.join('; ') } : await sent(lab, asked, limit);
  } finally {
    await lab.close();
  }
}

/** Whatever differs is asked once more alone: other questions fill neighbour tables, and a busy machine loses time. */
async function differences(network: Network, asked: Asked): Promise<readonly string[] | { refused: string }> {
  const verdicts = await observe(network, asked, 1200);
  if ('refused' in verdicts) return verdicts;
  const first = asked.filter(([one, n], at) => compare(network, one, n, verdicts[at] as Verdict) !== undefined);
  const sure = await atOnce(first, async ([one, n]) => {
    const alone = await observe(network, [[one, n]], 2500);
    return 'refused' in alone ? alone.refused : compare(network, one, n, alone[0] as Verdict);
  });
  return sure.filter((text) => text !== undefined);
}

describe.skipIf(whyNot() !== undefined)(`random networks of IPv6 (seed ${seed})`, () => {
  const all = fc.sample(
    drawnInSix.filter(({ world }) => isAskable(world)),
    { seed, numRuns: networks },
  );
  const refused: string[] = [];
  for (const [n, { name, world, questions }] of all.entries())
    it(`do what the evaluator says: drawn network ${n + 1}, ${name}`, async (test) => {
      const asked = questions.map((one, at) => [one, at] as const).filter(([one, at]) => isSendable(one, at));
      const found = await differences(networkOf(await loadable(world)), asked);
      if ('refused' in found) {
        refused.push(found.refused);
        // drawn for IPv4, where routes may differ by tos alone
        return test.skip(found.refused);
      }
      expect(found.join('\n\n')).toBe('');
    });
  afterAll(() => expect(refused.slice(Math.floor(networks / 3))).toEqual([]));
});
