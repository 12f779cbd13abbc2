import type { Unmodelled } from '../../network/network.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';

/** Verdicts that let a frame go on as it is. */
const HARMLESS = ['ACCEPT', 'CONTINUE', 'RETURN', 'log', 'nflog', 'ulog'];
/** Takes ARP requests only, and answers them itself. */
const ANSWERS = /(^|\s)(-j|--jump)\s+arpreply(\s|$)/;
const OTHER_PROTOCOLS = /(^|\s)(-p|--protocol)\s+(IPv6|0x86dd|LENGTH)(\s|$)/i;

/**
 * Reads `ebtables-save` and `arptables-save`: tables of rules that are not modelled. Rules that can only accept take no
 * part; any other could decide what becomes of a frame, and is listed.
 */
export function parseEbtablesSave(text: string, file: string): Result<readonly Unmodelled[]> {
  return readRules(text, file, 'ebtables', 'bridge');
}

/** As {@link parseEbtablesSave}, for `arptables-save`. */
export function parseArptablesSave(text: string, file: string): Result<readonly Unmodelled[]> {
  return readRules(text, file, 'arptables', 'arp');
}

function readRules(
  text: string,
  file: string,
  tool: 'ebtables' | 'arptables',
  decides: 'bridge' | 'arp',
): Result<readonly Unmodelled[]> {
  const source = new Source(text, file);
  const found: Unmodelled[] = [];
  const list = (at: Word): void => {
    const about = ANSWERS.test(at.text) ? 'arp' : decides;
    found.push({
      what: `${tool}: ${at.text}`,
      reason: `${tool} rules are not modelled: it could drop or change ${about === 'arp' ? 'ARP' : 'frames'}`,
      place: source.place(at),
      decides: about,
    });
  };
  let chains = new Set<string>();
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = source.whole(line);
    if (whole.text.startsWith('*')) chains = ownChains(source, line);
    else if (/^:\S+\s+(ACCEPT|DROP|RETURN|-)/.test(whole.text)) {
      if (/\sDROP(\s|$)/.test(whole.text)) list(whole);
    } else if (/^(\[\d+:\d+\]\s*)?-A\s/.test(whole.text)) {
      if (!isHarmless(whole.text, chains)) list(whole);
    } else if (whole.text !== '' && !/^(#|COMMIT|$)/.test(whole.text))
      source.note(
        whole,
        `this line is no part of an \`${tool}-save\` listing`,
        'delete it, or leave it: it is not read',
      );
  }
  return source.result(found);
}

/** The chains that a table declares: a jump to one decides nothing by itself. */
function ownChains(source: Source, from: number): Set<string> {
  const chains = new Set<string>();
  for (let line = from + 1; line <= source.lines.length; line++) {
    const text = source.whole(line).text;
    if (text.startsWith('*') || text === 'COMMIT') break;
    const name = /^:(\S+)/.exec(text)?.[1];
    if (name !== undefined) chains.add(name);
  }
  return chains;
}

function isHarmless(rule: string, chains: ReadonlySet<string>): boolean {
  const target = /(?:^|\s)(?:-j|--jump)\s+(\S+)/.exec(rule)?.[1];
  return target === undefined || HARMLESS.includes(target) || chains.has(target) || OTHER_PROTOCOLS.test(rule);
}
