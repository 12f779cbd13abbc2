import { any, not } from '../ir/predicate.ts';
import type { FrameAction, FrameChain, FrameRule, FrameVerdict } from '../network/frame-rules.ts';
import { bitAnd, bitXor } from '../packet/bits.ts';
import type { Unknown } from '../packet/place.ts';
import { ARP, type ArpFrame, arpContents, type Flight, fork } from './arp-frame.ts';
import { redirectedTo, typeAfter } from './frame-change.ts';
import { type FramePlace, type Namer, ruleMatches } from './frame-test.ts';

/** One visit of one chain by an ARP frame, and what comes of it on the side. */
export interface ArpScope {
  readonly place: FramePlace;
  readonly chains: ReadonlyMap<string, FrameChain>;
  readonly name: Namer;
  /** `arpreply` has answered a request. @returns the answer's position */
  readonly answered: (answer: Flight) => number;
  /** Nobody knows what becomes of a frame. */
  readonly lost: (flight: Flight, unknown: Unknown) => void;
}

/** The frames that a chain accepts, and those that it drops. */
export interface Passed {
  readonly accepted: readonly Flight[];
  readonly dropped: readonly Flight[];
}

interface Run extends ArpScope {
  readonly said: (verdict: 'ACCEPT' | 'DROP', flight: Flight) => void;
}

type After = (flight: Flight) => void;

/** An ARP frame passes a built-in chain (ebt_do_table, arpt_do_table). */
export function arpChain(scope: ArpScope, chain: FrameChain, flight: Flight): Passed {
  const verdicts = { ACCEPT: [] as Flight[], DROP: [] as Flight[] };
  const run: Run = { ...scope, said: (verdict, one) => void verdicts[verdict].push(one) };
  const policy: After = (one) => run.said(chain.policy === 'DROP' ? 'DROP' : 'ACCEPT', one);
  rules(run, chain, 0, flight, policy);
  return { accepted: together(verdicts.ACCEPT, flight), dropped: together(verdicts.DROP, flight) };
}

/** Frames that look the same are one again. */
function together(flights: readonly Flight[], before: Flight): readonly Flight[] {
  if (flights.length < 2) return flights;
  const same = new Map<string, Flight[]>();
  for (const one of flights) {
    const key = JSON.stringify([one.frame, one.behind]);
    same.set(key, [...(same.get(key) ?? []), one]);
  }
  return [...same.values()].map(([head = before, ...rest]) =>
    rest.length === 0
      ? head
      : { ...head, bounds: before.bounds, when: any(head.when, ...rest.map(({ when }) => when)) },
  );
}

/** The rules of a chain from one on; `after`: where RETURN leads. */
function rules(run: Run, chain: FrameChain, from: number, flight: Flight, after: After): void {
  let here: Flight | undefined = flight;
  for (let at = from; here !== undefined && at < chain.rules.length; at++) {
    const rule = chain.rules[at] as FrameRule;
    if (rule.action.kind === 'verdict' && rule.action.verdict === 'CONTINUE') continue;
    const so = ruleMatches(rule, run.place, arpContents(here.frame, run.place), run.name);
    const hit = fork(here, so);
    if (hit === undefined) continue;
    act(run, rule, hit, after, (next) => rules(run, chain, at + 1, next, after));
    here = fork(here, not(so));
  }
  if (here === undefined) return;
  if (chain.builtIn || chain.policy === 'RETURN' || chain.policy === 'CONTINUE') after(here);
  else run.said(chain.policy, here);
}

function act(run: Run, rule: FrameRule, flight: Flight, after: After, next: After): void {
  const { action } = rule;
  const say = (verdict: FrameVerdict, of: Flight): void => {
    if (verdict === 'RETURN') after(of);
    else if (verdict === 'CONTINUE') next(of);
    else run.said(verdict, of);
  };
  switch (action.kind) {
    case 'verdict':
      return say(action.verdict, flight);
    case 'jump':
      return rules(run, chainOf(run, action.chain), 0, flight, next);
    case 'unknown':
      return run.lost(flight, run.name(rule, action.reason));
    case 'arpreply':
      // what is no request goes on with the next rule (ebt_arpreply_tg)
      if (flight.frame.operation !== ARP.request) return next(flight);
      return say(action.then, {
        ...flight,
        behind: [...flight.behind, run.answered({ ...flight, frame: answerOf(flight.frame, action.mac) })],
      });
    case 'mark':
    case 'dnat':
    case 'snat':
    case 'redirect':
    case 'mangle':
      return say(action.then, { ...flight, frame: { ...flight.frame, ...changed(action, flight.frame, run.place) } });
  }
}

/** @throws Error for a chain that the table does not have: the parser has checked it */
function chainOf({ chains, place }: Run, name: string): FrameChain {
  const found = chains.get(name);
  if (found === undefined) throw new Error(`no chain ${name} in table ${place.table}`);
  return found;
}

/** A frame that answers a request, from whoever says that the address is his (arp_send). */
export const answerOf = (request: ArpFrame, mac: number | undefined): ArpFrame => ({
  macSource: mac,
  macDestination: request.senderMac ?? 0,
  operation: ARP.answer,
  senderMac: mac,
  sender: request.target,
  targetMac: request.senderMac ?? 0,
  target: request.sender,
  mark: 0,
  type: request.senderMac ?? 0,
});

type Changing = Extract<FrameAction, { kind: 'mark' | 'dnat' | 'snat' | 'redirect' | 'mangle' }>;

function changed(action: Changing, frame: ArpFrame, place: FramePlace): Partial<ArpFrame> {
  switch (action.kind) {
    case 'mark':
      return { mark: marked(action, frame.mark) };
    case 'dnat':
      return { macDestination: action.mac, type: typeAfter(action.mac, place) ?? frame.type };
    case 'redirect':
      return { macDestination: redirectedTo(place), type: redirectedTo(place) };
    case 'snat':
      return { macSource: action.mac, ...(action.arp ? { senderMac: action.mac } : {}) };
    case 'mangle':
      return mangled(action);
  }
}

/** ebt_mark_tg, xt_MARK. */
function marked({ how, value }: Extract<FrameAction, { kind: 'mark' }>, mark: number): number {
  switch (how) {
    case 'set':
      return value;
    case 'or':
      return bitXor(bitAnd(mark, 2 ** 32 - 1 - value), value);
    case 'and':
      return bitAnd(mark, value);
    case 'xor':
      return bitXor(mark, value);
  }
}

/** Only what ARP tells is changed: the frame goes where it went (arpt_mangle). */
const mangled = ({
  macSource,
  macDestination,
  source,
  destination,
}: Extract<FrameAction, { kind: 'mangle' }>): Partial<ArpFrame> => ({
  ...(macSource === undefined ? {} : { senderMac: macSource }),
  ...(macDestination === undefined ? {} : { targetMac: macDestination }),
  ...(source === undefined ? {} : { sender: source }),
  ...(destination === undefined ? {} : { target: destination }),
});
