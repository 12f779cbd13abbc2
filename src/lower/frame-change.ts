import type { Value } from '../ir/program.ts';
import { findInterface } from '../network/access.ts';
import type { FrameAction, FrameChain, FrameRules } from '../network/frame-rules.ts';
import { isGroupMac } from '../packet/address.ts';
import { TYPE } from './frame-contents.ts';
import type { FramePlace } from './frame-test.ts';
import type { Assignments } from './walk.ts';

type Changing = Extract<FrameAction, { kind: 'mark' | 'dnat' | 'snat' | 'redirect' }>;

/** An address that is neither a port's nor a bridge's nor a group's. */
const NOBODY = 0;

/** What a target of ebtables writes to a frame with an IPv4 packet. */
export function frameChange(action: Changing, place: FramePlace): Assignments {
  switch (action.kind) {
    case 'mark':
      return { mark: marked(action) };
    case 'snat':
      return { macSrc: action.mac };
    case 'dnat': {
      const type = typeAfter(action.mac, place);
      return { macDst: action.mac, ...(type === undefined ? {} : { [TYPE]: type }) };
    }
    case 'redirect': {
      const to = redirectedTo(place);
      return { macDst: to, [TYPE]: to };
    }
  }
}

type Mark = Extract<FrameAction, { kind: 'mark' }>;
const EVERY = 2 ** 32 - 1;

/** ebt_mark_tg: the bits that stay, and those that are turned. */
function marked({ how, value }: Mark): Value | number {
  const bits = (mask: number, xor: number): Value => ({ kind: 'bits', terms: [{ slot: 'mark', mask }], xor });
  switch (how) {
    case 'set':
      return value;
    case 'or':
      return bits(EVERY - value, value);
    case 'and':
      return bits(value, 0);
    case 'xor':
      return bits(EVERY, value);
  }
}

/**
 * Whom the kernel takes a frame as for after dnat (ebt_dnat_tg): the port's address in BROUTING, the bridge's in
 * PREROUTING are the host's, but not the other way round; in OUTPUT only groups make a difference.
 */
export function typeAfter(mac: number, { node, chain, bridge, port }: FramePlace): number | undefined {
  if (isGroupMac(mac)) return mac;
  const own = chain === 'BROUTING' ? port && findInterface(node, port)?.mac : bridge?.mac;
  if (chain === 'OUTPUT') return undefined;
  return mac === own ? mac : NOBODY;
}

/** ebt_redirect_tg: to the port itself in BROUTING, else to its bridge. */
export const redirectedTo = ({ node, chain, bridge, port }: FramePlace): number =>
  (chain === 'BROUTING' ? port && findInterface(node, port)?.mac : bridge?.mac) || NOBODY;

/** Whether a frame that passes a chain can come out of it changed, or be lost to sight. */
export function hasEffects(chains: ReadonlyMap<string, FrameChain>, name: string): boolean {
  const rules = chains.get(name)?.rules ?? [];
  return rules.some(({ action }) =>
    action.kind === 'jump' ? hasEffects(chains, action.chain) : action.kind !== 'verdict',
  );
}

/**
 * Whether the order of the two OUTPUT chains makes a difference: that of nat comes first in ebtables-legacy
 * (NF_BR_PRI_NAT_DST_OTHER, NF_BR_PRI_FILTER_OTHER), last in ebtables-nft (measured).
 */
export function ordersOutput(rules: FrameRules): boolean {
  const [nat, filter] = [rules.get('nat'), rules.get('filter')];
  if (nat === undefined || filter === undefined) return false;
  return saysAnything(nat) && saysAnything(filter) && [nat, filter].some((chains) => hasEffects(chains, 'OUTPUT'));
}

function saysAnything(chains: ReadonlyMap<string, FrameChain>): boolean {
  const chain = chains.get('OUTPUT');
  return chain !== undefined && (chain.policy === 'DROP' || chain.rules.length > 0);
}

/** Whether rules can change a frame's destination, or look at whom it is taken as for. */
export interface Uses {
  readonly aims: boolean;
  readonly types: boolean;
}

const known = new WeakMap<FrameRules, Uses>();

export function usesOf(rules: FrameRules): Uses {
  const found = known.get(rules) ?? look(rules);
  known.set(rules, found);
  return found;
}

function look(rules: FrameRules): Uses {
  const all = [...rules.values()].flatMap((chains) => [...chains.values()]).flatMap((chain) => chain.rules);
  const aims = all.some(({ action: { kind } }) => kind === 'dnat' || kind === 'redirect');
  return { aims, types: aims || all.some(({ tests }) => tests.some(({ kind }) => kind === 'packet type')) };
}
