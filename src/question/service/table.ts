import { nodeOf } from '../../network/access.ts';
import type { Network, Node } from '../../network/network.ts';
import { type Address, parseAddress } from '../../packet/address.ts';
import type { Source } from '../../packet/exchange.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { PacketClass } from '../../packet/packet.ts';
import { familyOf, only, type Ranges, single } from '../../packet/ranges.ts';
import { nameOfProtocol } from '../names.ts';
import { targetRanges } from '../parse.ts';
import type { Reach, ServiceName, Target } from '../question.ts';
import { dhcpNeeds } from './dhcp.ts';
import { always, missing, type Needs, needs, type ServiceQuestion, socketOn } from './part.ts';
import { type Pair, pairsOf } from './segment.ts';

interface Service {
  /** The requests that it consists of, addresses aside. */
  readonly requests: readonly PacketClass[];
  /** Whether a node offers it, as far as captures tell; if none does, nothing is concluded. */
  readonly offers: (node: Node) => boolean;
}

const tcp = (port: number): PacketClass => ({ proto: only(PROTOCOL.TCP), dport: only(port) });
const udp = (port: number): PacketClass => ({ proto: only(PROTOCOL.UDP), dport: only(port) });

/** Something listens on the port, or no capture says what listens. */
const listens =
  (port: number) =>
  ({ listeners }: Node): boolean =>
    listeners.kind === 'unknown' || listeners.value.some((one) => one.port === port);

const PAIRWISE: Readonly<Record<Exclude<ServiceName, 'dhcp' | 'metadata'>, Service>> = {
  ping: { requests: [{ proto: only(PROTOCOL.ICMP) }], offers: () => true },
  ssh: { requests: [tcp(22)], offers: listens(22) },
  http: { requests: [tcp(80)], offers: listens(80) },
  dns: {
    requests: [udp(53), tcp(53)],
    offers: (node) => node.dhcpServers.length > 0 || (node.listeners.kind === 'known' && listens(53)(node)),
  },
};

const METADATA = only(parseAddress('169.254.169.254') as number);

/** The questions that a service comes down to. */
export function needsOf(network: Network, question: ServiceQuestion): Needs {
  const { service, between } = question;
  if (service === 'dhcp') return dhcpNeeds(network, question);
  if (service === 'metadata') return metadataNeeds(network, question);
  if (between !== undefined)
    return needs(betweenParts(network, question, between as readonly [Source, Target], PAIRWISE[service].requests));
  const pairs = pairsOf(network).filter(({ server }) => PAIRWISE[service].offers(nodeOf(network, server.node)));
  if (pairs.length === 0) return missing(`no capture shows two nodes on one segment of which one offers ${service}`);
  return needs(pairs.flatMap((pair) => pairParts(question, pair)));
}

const betweenParts = (
  network: Network,
  { state, service }: ServiceQuestion,
  [source, target]: readonly [Source, Target],
  requests: readonly PacketClass[],
  dst?: Ranges<Address>,
): readonly Reach[] =>
  requests.map((request) => {
    const aimed = dst ?? targetRanges(target, network);
    return always(
      source,
      target,
      aimed === undefined ? request : { ...towards(request, aimed), dst: aimed },
      state,
      true,
      `${service} is answered`,
    );
  });

/** A ping of IPv6 is another protocol. */
const towards = (request: PacketClass, dst: Ranges<Address>): PacketClass =>
  familyOf(dst) === 6 && single(request.proto ?? []) === PROTOCOL.ICMP
    ? { ...request, proto: only(PROTOCOL.ICMPV6) }
    : request;

const pairParts = ({ service, state }: ServiceQuestion, { client, server, address }: Pair): readonly Reach[] =>
  PAIRWISE[service as keyof typeof PAIRWISE].requests.map((request) =>
    always(
      socketOn(client.node),
      { kind: 'node', node: server.node },
      { ...request, dst: only(address.local) },
      state,
      true,
      `${client.node} gets ${service}${over(service, request)} from ${server.node}`,
    ),
  );

/** Which of a service's requests it is, where there are several. */
const over = (service: ServiceName, { proto }: PacketClass): string =>
  service === 'dns' ? ` over ${nameOfProtocol(proto?.[0]?.[0] ?? 0)}` : '';

/** Guests that a DHCP server knows ask 169.254.169.254 for their metadata; whoever is given it answers. */
function metadataNeeds(network: Network, question: ServiceQuestion): Needs {
  const request = [{ ...tcp(80), dst: METADATA }];
  if (question.between !== undefined)
    return needs(betweenParts(network, question, question.between as readonly [Source, Target], request, METADATA));
  const known = new Set(
    [...network.nodes.values()].flatMap(({ dhcpServers }) =>
      dhcpServers.flatMap(({ hosts }) => hosts.map(({ mac }) => mac)),
    ),
  );
  const guests = [...network.nodes.values()].filter(({ interfaces }) => interfaces.some(({ mac }) => known.has(mac)));
  if (guests.length === 0)
    return missing('no node of the network is a guest that a DHCP server serves: nobody is known to ask for metadata');
  const target: Target = { kind: 'prefix', prefix: { address: METADATA[0]?.[0] ?? 0, length: 32 } };
  return needs(
    guests.map((guest) =>
      always(
        socketOn(guest.name),
        target,
        request[0] as PacketClass,
        question.state,
        true,
        `${guest.name} gets metadata`,
      ),
    ),
  );
}
