import { nodeOf } from '../network/access.ts';
import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import type { Exchange, Walk } from '../network/trace.ts';
import type { Probe, Start } from '../packet/exchange.ts';
import { walkExchange } from './exchange.ts';
import type { Oracle } from './oracle.ts';
import { assume, type World } from './world.ts';

/**
 * Walks one packet, and the answer to it, through the network as the Linux kernel would (docs/path.md). What the
 * snapshot leaves open is decided by the oracle, once an unknown.
 * @throws Error for a node that the network does not have
 */
export function evaluate(all: Network, probe: Probe, start: Start, oracle: Oracle): Exchange {
  const network = inFamily(all, probe.family);
  const world: World = {
    network,
    probe,
    states: probe.state === 'fresh' ? new Map() : start.states,
    oracle,
    met: new Map(),
    assumptions: new Map(),
    tables: new Map(),
    neighbours: new Map(),
    strangers: new Map(),
    visits: new Map(),
    leg: 'request',
  };
  const { walks, disposition } = walkExchange(world, start.packet);
  for (const name of visited(walks)) for (const one of nodeOf(network, name).assumptions) assume(world, one);
  return { probe, walks, disposition, met: [...world.met.values()], assumptions: [...world.assumptions.values()] };
}

/** The nodes that any packet of the exchange came by: what their captures take for granted counts. */
const visited = (walks: readonly Walk[]): ReadonlySet<string> =>
  new Set(
    walks.flatMap(({ hops, copies }) => [hops, ...copies.map((copy) => copy.hops)].flat().map(({ node }) => node)),
  );
