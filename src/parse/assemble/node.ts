import type { Interface, Node, PolicyRule, Route } from '../../network/network.ts';
import { known, notKnown } from '../../network/unknown.ts';
import type { Assumption, Place } from '../../packet/place.ts';
import { DEFAULT_RULES } from '../ip/rule.ts';
import { tableName } from '../ip/table.ts';
import type { DescribedNode } from '../wiring/wiring.ts';
import { checkAgreement } from './agree.ts';
import { describedRoutes } from './described.ts';
import type { Desk } from './desk.ts';
import { assembleDhcp } from './dhcp.ts';
import { first, type Readings } from './facts.ts';
import { assembleUnmodelled } from './foreign.ts';
import { inferred } from './inferred.ts';
import { type Assembled, assembleInterfaces } from './interfaces.ts';
import { connectedRoutes, localRoutes, withSources } from './routes.ts';
import { assembleRules } from './ruleset.ts';
import { assembleSettings } from './settings.ts';

/** Everything that is known of one node before it is put together. */
export interface NodeParts {
  readonly name: string;
  readonly readings: Readings;
  /** What `network.yaml` says of it. */
  readonly described?: DescribedNode;
  readonly kernelDefaults: boolean;
}

/** Puts one node together from what its captures and `network.yaml` say; disagreements are errors. */
export function assembleNode({ name, readings, described, kernelDefaults }: NodeParts, desk: Desk): Node {
  checkAgreement(readings, desk);
  const undecided = new Map<'interfaces' | 'routes', string>();
  const assembled = interfacesOf(name, readings, undecided, desk);
  const assumptions = [...assembled.assumptions];
  const routes = routesOf(name, readings, described, assembled, { kernelDefaults, undecided, assumptions, desk });
  const rules = rulesOf(name, readings, undecided, assumptions);
  const { ruleset, shown } = assembleRules(name, readings, kernelDefaults, desk);
  checkTables(name, rules, routes, assumptions);
  checkDevices(name, routes, assembled.interfaces, undecided, desk);
  if (first(readings, 'neighbours') === undefined)
    assumptions.push({ node: name, text: 'no permanent entries in the neighbour table (no capture shows it)' });
  return {
    name,
    interfaces: assembled.interfaces,
    routes,
    rules,
    neighbours: first(readings, 'neighbours') ?? [],
    ruleset,
    sets: first(readings, 'sets') ?? new Map(),
    ...assembleSettings(readings, described, desk),
    kernelDefaults,
    listeners: listenersOf(name, readings),
    dhcpServers: assembleDhcp(name, readings, desk, assumptions),
    unmodelled: assembleUnmodelled(readings, ruleset),
    assumptions,
    ...(undecided.size > 0 && { undecided }),
    ...(shown !== undefined && { shownRules: shown }),
  };
}

function listenersOf(name: string, readings: Readings): Node['listeners'] {
  const listeners = first(readings, 'listeners');
  return listeners === undefined ? notKnown(`no capture shows what listens on ${name}`) : known(listeners);
}

/** The interfaces; where no capture lists them, those that other captures name. */
function interfacesOf(
  name: string,
  readings: Readings,
  undecided: Map<'interfaces' | 'routes', string>,
  desk: Desk,
): Assembled {
  if (first(readings, 'interfaces') !== undefined) return assembleInterfaces(name, readings, desk);
  undecided.set('interfaces', `no capture shows the interfaces of ${name}`);
  return inferred(name, readings, desk);
}

interface RouteWork {
  readonly kernelDefaults: boolean;
  readonly undecided: Map<'interfaces' | 'routes', string>;
  readonly assumptions: Assumption[];
  readonly desk: Desk;
}

/** The routes that are shown, and those that follow from the addresses where none are. */
function routesOf(
  name: string,
  readings: Readings,
  described: DescribedNode | undefined,
  { interfaces, addresses }: Assembled,
  work: RouteWork,
): readonly Route[] {
  const seen = first(readings, 'routes');
  const local = localRoutes(interfaces, addresses);
  if (seen === undefined) {
    const connected = connectedRoutes(interfaces, addresses);
    const isDescribed = described?.interfacesAt !== undefined || described?.routesAt !== undefined;
    if (!isDescribed) missingRoutes(name, work);
    return [...local, ...connected, ...describedRoutes(described, interfaces, connected, work.desk)];
  }
  for (const { reason } of seen.undecided) work.undecided.set('routes', `${reason} of ${name} is not modelled`);
  const shown = withSources(name, seen, addresses, work.assumptions);
  return seen.showsLocal ? shown : [...local, ...shown];
}

function missingRoutes(name: string, { kernelDefaults, undecided, assumptions }: RouteWork): void {
  assumptions.push({ node: name, text: 'no routes but those that follow from the addresses (no capture shows them)' });
  if (!kernelDefaults) undecided.set('routes', `no capture shows the routes of ${name}`);
}

function rulesOf(
  name: string,
  readings: Readings,
  undecided: Map<'interfaces' | 'routes', string>,
  assumptions: Assumption[],
): readonly PolicyRule[] {
  const seen = first(readings, 'policy');
  for (const { reason } of seen?.undecided ?? []) undecided.set('routes', `${reason} of ${name} is not modelled`);
  if (seen !== undefined) return seen.rules.toSorted((a, b) => a.priority - b.priority);
  assumptions.push({ node: name, text: "no policy rules but the kernel's three (no capture shows them)" });
  return DEFAULT_RULES;
}

/** A table that a rule looks up and no capture shows routes of. */
function checkTables(
  node: string,
  rules: readonly PolicyRule[],
  routes: readonly Route[],
  assumptions: Assumption[],
): void {
  const tables = new Set(
    rules.flatMap(({ action }) => (action.kind === 'table' && action.table !== 253 ? [action.table] : [])),
  );
  for (const table of tables)
    if (!routes.some((route) => route.table === table))
      assumptions.push({ node, text: `table ${tableName(table)} holds no routes (no capture shows any)` });
}

/** Every device that a route leads out by is one of the node's. */
function checkDevices(
  node: string,
  routes: readonly Route[],
  interfaces: readonly Interface[],
  undecided: ReadonlyMap<string, string>,
  desk: Desk,
): void {
  if (undecided.has('interfaces')) return;
  const names = new Set(interfaces.map(({ name }) => name));
  const reported = new Set<string>();
  for (const { nextHops, place } of routes)
    for (const { device } of nextHops)
      if (!names.has(device) && place !== undefined && !reported.has(device)) {
        reported.add(device);
        desk.error(
          place,
          `a route by \`${device}\`, which is not among the interfaces of ${node}`,
          'the capture is not whole: list all interfaces of the node',
        );
      }
}

export const topOf = (file: string): Place => ({ file, line: 1, column: 1 });
