import type { Node, Unmodelled } from '../../network/network.ts';
import type { IpSet, Ruleset } from '../../network/ruleset.ts';
import { type Known, known, notKnown } from '../../network/unknown.ts';
import type { Place } from '../../packet/place.ts';
import { checkAgreement } from './agree.ts';
import type { Desk } from './desk.ts';
import { assembleDhcp } from './dhcp.ts';
import { every, first, LISTINGS } from './facts.ts';
import { assembleUnmodelled, nftAssumptions } from './foreign.ts';
import { assembleFrames } from './frames.ts';
import { withHidden } from './hidden.ts';
import { inferred } from './inferred.ts';
import { type Assembled, assembleInterfaces } from './interfaces.ts';
import { assembleRouting } from './routing.ts';
import { assembleRules } from './ruleset.ts';
import { assembleSettings } from './settings.ts';
import { assume, type NodeParts, type Work } from './work.ts';

/** Puts one node together from what its captures and `network.yaml` say; disagreements are errors. */
export function assembleNode(parts: NodeParts, desk: Desk): Node {
  const { name, readings, described, kernelDefaults } = parts;
  const work: Work = { ...parts, desk, undecided: new Map(), assumptions: [] };
  checkAgreement(readings, desk);
  checkWhole(work);
  const assembled = interfacesOf(work);
  if (parts.captured) work.assumptions.push(...assembled.assumptions);
  const routing = assembleRouting(work, assembled);
  const { ruleset, shown } = assembleRules(name, readings, kernelDefaults, desk);
  const { frameRules, arpRules, ...frames } = assembleFrames({
    node: name,
    readings,
    interfaces: assembled.interfaces,
    ruleset,
    desk,
  });
  const unmodelled = [...assembleUnmodelled(readings, ruleset), ...frames.unmodelled];
  work.assumptions.push(...nftAssumptions(name, readings, ruleset), ...frames.assumptions);
  const decided = undecidedBy(unmodelled, ruleset);
  const shownRules = shown ?? (decided !== ruleset && ruleset.kind === 'known' ? ruleset.value : undefined);
  const { undecided, assumptions } = work;
  return {
    name,
    interfaces: withHidden(assembled.interfaces, first(readings, 'interfaces') ?? [], unmodelled),
    ...routing,
    neighbours: neighboursOf(work),
    ruleset: decided,
    sets: setsOf(work, ruleset),
    ...(frameRules !== undefined && { frameRules }),
    ...(arpRules !== undefined && { arpRules }),
    ...assembleSettings(readings, described, desk),
    kernelDefaults,
    listeners: listenersOf(work),
    dhcpServers: assembleDhcp(name, readings, desk, assumptions),
    unmodelled,
    assumptions,
    ...(undecided.size > 0 && { undecided }),
    ...(shownRules !== undefined && { shownRules }),
  };
}

/** A listing with lines that are none of it may have lost others: that it did not is taken for granted. */
function checkWhole(work: Work): void {
  for (const thing of LISTINGS)
    for (const { file, strange } of every(work.readings, thing))
      if (strange > 0)
        assume(
          work,
          `${file} is whole (${strange === 1 ? 'a line' : `${strange} lines`} of it could not be read as part of the listing)`,
        );
}

/** The interfaces; where no capture lists them, those that other captures name. */
function interfacesOf(work: Work): Assembled {
  const { name, readings, desk, undecided } = work;
  if (first(readings, 'interfaces') !== undefined) return assembleInterfaces(name, readings, desk);
  undecided.set('interfaces', `no capture shows the interfaces of ${name}`);
  return inferred(name, readings, desk);
}

function listenersOf({ name, readings }: Work): Node['listeners'] {
  const listeners = first(readings, 'listeners');
  return listeners === undefined ? notKnown(`no capture shows what listens on ${name}`) : known(listeners);
}

function neighboursOf(work: Work): Node['neighbours'] {
  const neighbours = first(work.readings, 'neighbours');
  if (neighbours === undefined) assume(work, 'no permanent entries in the neighbour table (no capture shows it)');
  return neighbours ?? [];
}

/** The sets of a capture; with kernel defaults and none, those that rules name are empty. Else their contents stay open. */
function setsOf(work: Work, ruleset: Node['ruleset']): ReadonlyMap<string, IpSet> {
  const captured = first(work.readings, 'sets');
  if (captured !== undefined || !work.kernelDefaults || ruleset.kind === 'unknown') return captured ?? new Map();
  const named = new Map(
    setUses(ruleset.value).map(({ name, place }) => [name, { name, type: 'hash:ip', entries: [], place }] as const),
  );
  if (named.size > 0)
    assume(work, `sets ${[...named.keys()].join(', ')} are empty (kernel default: no capture shows them)`);
  return named;
}

/** Every set that a rule names (`--match-set NAME …`, `--add-set NAME …`). */
function setUses(ruleset: Ruleset): readonly { readonly name: string; readonly place: Place }[] {
  const rules = [...ruleset.tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap((chain) => chain.rules),
  );
  return rules.flatMap(({ text, place }) =>
    text.includes('-set ')
      ? [...text.matchAll(/--(?:match|add|del|map)-set (\S+)/g)].map(([, name = '']) => ({ name, place }))
      : [],
  );
}

/** Rules that the model does not know decide over the same packets as those of the iptables captures. */
function undecidedBy(unmodelled: readonly Unmodelled[], ruleset: Known<Ruleset>): Known<Ruleset> {
  const other = unmodelled.find(({ decides }) => decides === 'ip');
  return other === undefined ? ruleset : notKnown(`${other.what}: ${other.reason}`);
}
