import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { forget } from '../../src/lab/forget.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Shot, Verdict } from '../../src/lab/verdict.ts';
import { inFamily } from '../../src/network/family.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { parseMac } from '../../src/packet/address.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { disagreement } from '../agreement/judge.ts';
import { addr6, build6 } from '../evaluate/six-build.ts';
import { withLab } from './ask.ts';
import { BRIDGES } from './six/bridges.ts';
import { HOSTS } from './six/hosts.ts';
import { NEIGHBOURS } from './six/neighbours.ts';
import type { SixCase } from './six/networks.ts';
import { ROUTES } from './six/routes.ts';
import { RULES } from './six/rules.ts';

const PROTO = { icmp: PROTOCOL.ICMPV6, tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP } as const;
const FIRST_PORT = 40000;
/** Nobody's, so that no bridge believes that somebody has moved. */
const SENDER = 0x02000000ff02;

/** `FROM[%DEVICE] PROTO TO [PORT] [src ADDRESS] [FIELD=VALUE]…`, or `NODE:INTERFACE … to MAC` for a frame from the wire, as the `n`th packet of a round. */
function shotOf(text: string, n: number): Shot {
  const [from = '', proto = 'icmp', to = '', ...rest] = text.split(' ');
  const [node = '', device] = from.split('%');
  const bound = rest.includes('src') ? rest[rest.indexOf('src') + 1] : undefined;
  const odd = Object.fromEntries(rest.filter((word) => word.includes('=')).map((word) => word.split('=')));
  const wire = /^(.*):(.*)$/.exec(from);
  const ports = proto === 'icmp' ? { icmpType: 128, icmpId: n + 1 } : { sport: FIRST_PORT + n, dport: Number(rest[0]) };
  const fields: Partial<Packet> = {
    proto: PROTO[proto as keyof typeof PROTO],
    dst: addr6(to),
    src: bound === undefined ? 0n : addr6(bound),
    length: 56,
    ...ports,
    ...(proto === 'tcp' ? { tcpFlags: TCP_FLAG.SYN } : {}),
    ...Object.fromEntries(Object.entries(odd).map(([field, value]) => [field, Number(value)])),
  };
  if (wire !== null) {
    const frame = { macSrc: SENDER, macDst: parseMac(rest[rest.indexOf('to') + 1] ?? '') ?? 0 };
    const source = { kind: 'wire', node: wire[1] ?? '', interface: wire[2] ?? '' } as const;
    return { source, packet: packet({ ...fields, ...frame }) };
  }
  const zone = device === undefined ? {} : { device };
  return { source: { kind: 'socket', node, bound: bound !== undefined, ...zone }, packet: packet(fields) };
}

const probeOf = ({ source }: Shot): Probe => ({ family: 6, source, packets: {}, state: 'fresh', back: true });

async function ask(lab: Lab, { cold, probes }: SixCase): Promise<readonly Verdict[]> {
  const shots = probes.map(shotOf);
  if (cold === undefined) return send(lab, shots, { limit: 1500 });
  const verdicts: Verdict[] = [];
  for (const shot of shots) {
    await forget(lab);
    verdicts.push(...(await send(lab, [shot], { limit: 900 })));
  }
  return verdicts;
}

/** What decides and is in no capture; what programs do (which groups they have joined) is in none, and known here. */
const met = (exchanges: readonly Exchange[]): readonly string[] => {
  const fates = exchanges.flatMap(({ disposition: { request, reply } }) => [request, reply]);
  const all = [
    ...exchanges.flatMap((one) => one.met.map(({ unknown }) => unknown.reason)),
    ...fates.flatMap((fate) => (fate.kind === 'unknown' ? fate.unknown.reason : [])),
  ];
  return [...new Set(all)].filter((reason) => !/has joined the group|without naming the link/.test(reason));
};

const CASES = Object.entries({ ...HOSTS, ...NEIGHBOURS, ...ROUTES, ...RULES, ...BRIDGES });

describe.skipIf(whyNot() !== undefined)('packets of IPv6', () => {
  for (const [name, one] of CASES)
    it(`are as the evaluator says: ${name}`, async () => {
      const network = inFamily(build6(one.hosts, one.links), 6);
      const differences = await withLab(network, async (lab) => {
        const verdicts = await ask(lab, one);
        return one.probes.flatMap((text, n) => {
          const shot = shotOf(text, n);
          const exchanges = explore(network, probeOf(shot), { packet: shot.packet, states: new Map() });
          // what is left open agrees with anything
          const open = one.open === true ? [] : met(exchanges);
          if (open.length > 0) return [`${text}\nleft open: ${open.join('; ')}`];
          const difference = disagreement(shot.source.node, exchanges, verdicts[n] as Verdict);
          return difference === undefined ? [] : [`${text}\n${difference}`];
        });
      });
      expect(differences.join('\n\n')).toBe('');
    });
});
