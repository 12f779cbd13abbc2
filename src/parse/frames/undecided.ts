import type { ArpRules, FrameAction, FrameChain, FrameRule, FrameRules, FrameTest } from '../../network/frame-rules.ts';
import type { Unmodelled } from '../../network/network.ts';

type Decides = 'bridge' | 'arp';

/**
 * Rules that could decide what becomes of a frame, as things that are not modelled: those that can only accept take no
 * part.
 */
export const undecidedFrames = (rules: FrameRules): readonly Unmodelled[] =>
  [...rules.values()].flatMap((chains) => [...chains.values()].flatMap((chain) => listed(chain, 'ebtables', 'bridge')));

/** As {@link undecidedFrames}, for ARP. */
export const undecidedArp = (rules: ArpRules): readonly Unmodelled[] =>
  [...rules.values()].flatMap((chain) => listed(chain, 'arptables', 'arp'));

function listed(chain: FrameChain, tool: string, decides: Decides): readonly Unmodelled[] {
  const { name, policy, place } = chain;
  const one = (text: string, at: FrameChain['place'], about: Decides): Unmodelled => ({
    what: `${tool}: ${text}`,
    reason: `${tool} rules are not modelled: it could drop or change ${about === 'arp' ? 'ARP' : 'frames'}`,
    place: at,
    decides: about,
  });
  return [
    ...(policy === 'DROP' ? [one(`:${name} ${policy}`, place, decides)] : []),
    ...chain.rules
      .filter((rule) => !isHarmless(rule))
      .map(({ text, action, place: at }) => one(text, at, action.kind === 'arpreply' ? 'arp' : decides)),
  ];
}

const isHarmless = ({ action, tests }: FrameRule): boolean =>
  accepts(action) || tests.some((one) => one.kind === 'protocol' && !one.inverted && isOther(one));

const isOther = ({ type }: Extract<FrameTest, { readonly kind: 'protocol' }>): boolean =>
  type === 'length' || type === 0x86dd;

const accepts = (action: FrameAction): boolean =>
  action.kind === 'jump' || (action.kind === 'verdict' && action.verdict !== 'DROP');
