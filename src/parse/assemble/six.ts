import type { InterfaceAddress, Node, SixNode, Unmodelled } from '../../network/network.ts';
import { notKnown } from '../../network/unknown.ts';
import type { SeenAddress } from '../ip/seen.ts';
import { checkAgreement } from './agree.ts';
import { at, type Desk } from './desk.ts';
import { first, SIX_LISTINGS } from './facts.ts';
import { assembleUnmodelled, nftAssumptions } from './foreign.ts';
import type { Assembled } from './interfaces.ts';
import { assembleRouting } from './routing.ts';
import { type AssembledRules, assembleRules, assumedPolicies, undecidedBy } from './ruleset.ts';
import { setsIn } from './sets.ts';
import { checkWhole, listenersOf, neighboursOf } from './simple.ts';
import { type Addresses, sixAddresses } from './six-addresses.ts';
import { ofSix, unreadSix } from './six-readings.ts';
import { atHome } from './six-routes.ts';
import type { NodeParts, Work } from './work.ts';

/**
 * What a node is to packets of IPv6; `undefined` where no capture shows any address of it, or that there is none. Captures
 * of IPv6 alone come before listings of both families. What is wrong with any of it is no error: it leaves IPv6 undecided.
 */
export function assembleSix(
  parts: NodeParts & Pick<Work, 'settings' | 'settingsComplete'>,
  { interfaces }: Assembled,
  frames: readonly Unmodelled[],
  desk: Desk,
): SixNode | undefined {
  const readings = ofSix(parts.readings);
  const work: Work = { ...parts, family: 6, readings, desk: desk.apart(), undecided: new Map(), assumptions: [] };
  const addresses = sixAddresses(work, parts.readings, interfaces);
  if (addresses === undefined) return undefined;
  checkWhole({ ...work, readings: parts.readings }, SIX_LISTINGS);
  checkAgreement(readings, work.desk);
  const routing = routingOf(work, parts, interfaces, addresses);
  const [lost] = desk.demote(work.desk);
  if (lost !== undefined) work.undecided.set('interfaces', `${lost.message} (${at(lost.place)})`);
  const rules = rulesOf(work, parts, desk);
  const { ruleset, shown } = rules;
  const unmodelled = [...assembleUnmodelled(readings, ruleset, 6), ...frames];
  const decided = undecidedBy(unmodelled, ruleset);
  const shownRules = shown ?? (decided !== ruleset && ruleset.kind === 'known' ? ruleset.value : undefined);
  const sets = first(readings, 'sets');
  work.assumptions.push(...assumedPolicies(work.name, rules, desk), ...nftAssumptions(work.name, readings, ruleset, 6));
  return {
    addresses: new Map([...addresses].map(([name, all]) => [name, all.map(plain)])),
    ...routing,
    neighbours: neighboursOf(work),
    ruleset: decided,
    listeners: listenersOf(work),
    unmodelled,
    ...(sets !== undefined && { sets: setsIn(sets, 6) }),
    assumptions: work.assumptions,
    ...(work.undecided.size > 0 && { undecided: work.undecided }),
    ...(shownRules !== undefined && { shownRules }),
  };
}

/** An address without what only the making of routes asks for. */
function plain(one: SeenAddress): InterfaceAddress {
  const { noPrefixRoute: _, peer: __, ...address } = one;
  return address;
}

function routingOf(
  work: Work,
  { readings }: NodeParts,
  interfaces: Assembled['interfaces'],
  addresses: Addresses,
): Pick<Node, 'routes' | 'rules'> {
  const own = interfaces.map((one) => ({ ...one, addresses: addresses.get(one.name) ?? [] }));
  const assembled = assembleRouting(work, { interfaces: own, addresses, assumptions: [] });
  const routing = { ...assembled, routes: atHome(assembled.routes, addresses) };
  const lost = unreadSix(readings, 'routes6', 'policy6');
  if (lost !== undefined) work.undecided.set('routes', lost);
  const rules = unreadSix(readings, 'policy6');
  if (rules === undefined) return routing;
  const open = {
    priority: 0,
    inverted: false,
    action: { kind: 'unreachable' },
    text: rules,
    undecided: rules,
  } as const;
  return { ...routing, rules: [open, ...routing.rules] };
}

/** The rules of ip6tables; two captures of them that do not agree, or one that cannot be read, are not known. */
function rulesOf(work: Work, { readings, kernelDefaults }: NodeParts, desk: Desk): AssembledRules {
  const apart = desk.apart();
  const assembled = assembleRules(work.name, work.readings, kernelDefaults, apart);
  const [differs] = desk.demote(apart);
  const lost = unreadSix(readings, 'ruleset6', 'table6') ?? (differs && `${differs.message} (${at(differs.place)})`);
  return lost === undefined
    ? assembled
    : { ruleset: notKnown(lost), ...(assembled.shown && { shown: assembled.shown }) };
}
