import type { Node } from '../../network/network.ts';
import { checkAgreement } from './agree.ts';
import type { Desk } from './desk.ts';
import { assembleDhcp } from './dhcp.ts';
import { first } from './facts.ts';
import { assembleUnmodelled, nftAssumptions } from './foreign.ts';
import { assembleFrames } from './frames.ts';
import { withHidden } from './hidden.ts';
import { inferred } from './inferred.ts';
import { type Assembled, assembleInterfaces } from './interfaces.ts';
import { assembleRouting } from './routing.ts';
import { assembleRules, assumedPolicies, undecidedBy } from './ruleset.ts';
import { assembleSets } from './sets.ts';
import { assembleSettings } from './settings.ts';
import { checkWhole, listenersOf, neighboursOf } from './simple.ts';
import { assembleSix } from './six.ts';
import { ofFour } from './six-readings.ts';
import type { NodeParts, Work } from './work.ts';

/** Puts one node together from what its captures and `network.yaml` say; disagreements are errors. */
export function assembleNode(parts: NodeParts, desk: Desk): Node {
  const { name, described, kernelDefaults } = parts;
  const readings = ofFour(parts.readings);
  const settings = assembleSettings(readings, described, desk);
  const work: Work = { ...parts, ...settings, readings, family: 4, desk, undecided: new Map(), assumptions: [] };
  checkAgreement(readings, desk);
  checkWhole(work);
  const assembled = interfacesOf(work);
  if (parts.captured) work.assumptions.push(...assembled.assumptions);
  const routing = assembleRouting(work, assembled);
  const rules = assembleRules(name, readings, kernelDefaults, desk);
  const { ruleset, shown } = rules;
  const frames = assembleFrames({
    node: name,
    readings,
    interfaces: assembled.interfaces,
    ruleset,
    desk,
    captured: parts.captured,
    kernelDefaults,
  });
  const unmodelled = [...assembleUnmodelled(readings, ruleset), ...frames.unmodelled];
  work.assumptions.push(...assumedPolicies(name, rules, desk), ...nftAssumptions(name, readings, ruleset));
  work.assumptions.push(...frames.assumptions);
  const decided = undecidedBy(unmodelled, ruleset);
  const shownRules = shown ?? (decided !== ruleset && ruleset.kind === 'known' ? ruleset.value : undefined);
  const six = assembleSix({ ...parts, ...settings }, assembled, frames.unmodelled, desk);
  const { undecided, assumptions } = work;
  return {
    name,
    interfaces: withHidden(assembled.interfaces, first(readings, 'interfaces') ?? [], unmodelled),
    ...routing,
    neighbours: neighboursOf(work),
    ruleset: decided,
    sets: assembleSets(work, ruleset, six),
    ...frames.rules,
    ...settings,
    kernelDefaults,
    listeners: listenersOf(work),
    dhcpServers: assembleDhcp(name, readings, desk, assumptions),
    unmodelled,
    assumptions,
    ...(six !== undefined && { six }),
    ...(undecided.size > 0 && { undecided }),
    ...(shownRules !== undefined && { shownRules }),
  };
}

/** The interfaces; where no capture lists them, those that other captures name. */
function interfacesOf(work: Work): Assembled {
  const { name, readings, desk, undecided } = work;
  if (first(readings, 'interfaces') !== undefined) return assembleInterfaces(name, readings, desk);
  undecided.set('interfaces', `no capture shows the interfaces of ${name}`);
  return inferred(name, readings, desk);
}
