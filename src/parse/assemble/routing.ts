import type { Interface, PolicyRule, Route } from '../../network/network.ts';
import { printDestination } from '../ip/route.ts';
import { DEFAULT_RULES, type SeenRules } from '../ip/rule.ts';
import { TABLE, tableName } from '../ip/table.ts';
import { describedRoutes } from './described.ts';
import { topOf } from './desk.ts';
import { every, first } from './facts.ts';
import type { Assembled } from './interfaces.ts';
import { connectedRoutes, localRoutes, withSources } from './routes.ts';
import { sixConnectedRoutes, sixLocalRoutes } from './six-routes.ts';
import { assume, type Work } from './work.ts';

/** The routes and policy rules of a node: those that are shown, and those that follow from the addresses. */
export function assembleRouting(
  work: Work,
  assembled: Assembled,
): { readonly routes: readonly Route[]; readonly rules: readonly PolicyRule[] } {
  const routes = routesOf(work, assembled);
  const rules = rulesOf(work);
  checkTables(work, rules, routes);
  checkDevices(work, routes, assembled.interfaces);
  return { routes, rules };
}

function routesOf(work: Work, { interfaces, addresses }: Assembled): readonly Route[] {
  const { name, readings, described, undecided } = work;
  const seen = first(readings, 'routes');
  const local = (): readonly Route[] =>
    work.family === 4 ? localRoutes(interfaces, addresses) : sixLocalRoutes(work, interfaces, addresses);
  if (seen === undefined) {
    const connected = (work.family === 4 ? connectedRoutes : sixConnectedRoutes)(interfaces, addresses);
    if (described?.routesAt === undefined) missingRoutes(work);
    return [...local(), ...connected, ...describedRoutes(described, work.family, interfaces, connected, work.desk)];
  }
  if (seen.routes.length === 0) checkFamily(work, interfaces);
  for (const { reason } of seen.undecided) undecided.set('routes', `${reason} of ${name} is not modelled`);
  checkChoices(work, seen.routes);
  const shown = withSources(name, seen, addresses, work.assumptions);
  return seen.showsLocal ? shown : [...local(), ...shown];
}

/** A listing with routes of IPv6 alone, on a host that has IPv4 addresses, is that of `ip -6 route`. */
function checkFamily({ name, family, readings, desk }: Work, interfaces: readonly Interface[]): void {
  const six = every(readings, 'routes').find(({ value }) => (value.six?.routes.length ?? 0) > 0);
  const one = interfaces.find(({ kind, up, addresses }) => kind !== 'loopback' && up && addresses.length > 0);
  if (family === 6 || six === undefined || one === undefined) return;
  desk.error(
    topOf(six.file),
    `only routes of IPv6, though ${one.name} of ${name} has an IPv4 address`,
    'give `ip -d -j route show table all`; what `ip -6` prints goes into a file of its own, `ip-6-route.json`',
  );
}

/** Of two IPv6 gateways in routes of one metric the kernel takes the one that it has heard of (rt6_score_route). */
function checkChoices({ name, family, undecided }: Work, routes: readonly Route[]): void {
  if (family === 4) return;
  const seen = new Set<string>();
  for (const { table, destination, metric, nextHops } of routes) {
    const key = `${table} ${printDestination(destination)} ${metric}`;
    const hasGateway = nextHops.some(({ via }) => via !== undefined);
    if (hasGateway && seen.has(key))
      undecided.set(
        'routes',
        `${name} has two routes of one metric to ${printDestination(destination)}, and takes what it can reach`,
      );
    if (hasGateway) seen.add(key);
  }
}

function missingRoutes(work: Work): void {
  const routes = work.family === 4 ? 'routes' : 'routes of IPv6';
  assume(work, `no ${routes} but those that follow from the addresses (no capture shows them)`);
  if (work.captured && !work.kernelDefaults)
    work.undecided.set('routes', `no capture shows the ${routes} of ${work.name}`);
}

function rulesOf(work: Work): readonly PolicyRule[] {
  const seen = first(work.readings, 'policy');
  if (seen !== undefined) {
    const open = seen.undecided.map((one) => openRule(work, one));
    // of one priority, what nobody can tell about comes first
    return [...open, ...seen.rules].toSorted((a, b) => a.priority - b.priority);
  }
  const own = work.family === 4 ? "rules but the kernel's three" : "rules of IPv6 but the kernel's two";
  assume(work, `no policy ${own} (no capture shows them)`);
  return DEFAULT_RULES[work.family];
}

/** A rule that is not modelled keeps its place: what comes after it is as little known. */
function openRule({ name, undecided }: Work, { priority, reason, place }: SeenRules['undecided'][number]): PolicyRule {
  const open = `${reason} of ${name} is not modelled`;
  undecided.set('routes', open);
  return { priority, inverted: false, action: { kind: 'unreachable' }, text: reason, place, undecided: open };
}

/** A table that a rule looks up and that the listing of routes, if it is of one table alone, does not show. */
function checkTables(
  { name, readings, undecided }: Work,
  rules: readonly PolicyRule[],
  routes: readonly Route[],
): void {
  if (first(readings, 'routes')?.showsLocal === true) return;
  const shown = new Set<number>([TABLE.main, TABLE.local, TABLE.default, ...routes.map(({ table }) => table)]);
  for (const { action } of rules)
    if (action.kind === 'table' && !shown.has(action.table))
      undecided.set(
        'routes',
        `no capture shows table ${tableName(action.table)} of ${name}, which a policy rule looks up`,
      );
}

/** Every device that a route leads out by is one of the node's. */
function checkDevices(
  { name: node, undecided, desk }: Work,
  routes: readonly Route[],
  interfaces: readonly Interface[],
): void {
  if (undecided.has('interfaces')) return;
  const names = new Set(interfaces.map(({ name }) => name));
  const lost = routes.flatMap(({ nextHops, place }) => nextHops.map(({ device }) => ({ device, place })));
  for (const { device, place } of lost) {
    if (names.has(device) || place === undefined) continue;
    names.add(device); // said once
    const message = `a route by \`${device}\`, which is not among the interfaces of ${node}`;
    desk.error(place, message, 'the capture is not whole: list all interfaces of the node');
  }
}
