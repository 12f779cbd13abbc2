import type { InventoryItem } from '../../network/network.ts';
import { type NovaFlag, RULE_FLAGS } from '../host/nova.ts';
import { nearestName, READERS, type Reader } from '../readers.ts';
import type { Desk } from './desk.ts';
import { every, type Reading, type Readings, type Thing } from './facts.ts';

/** What is read and takes no part in the model, with what it could change. */
const NOT_MODELLED: Readonly<Partial<Record<Thing, string>>> = {
  forwarding: 'a bridge has learnt every address by itself: only `static` entries could change where a frame goes',
  vlans: 'VLANs decide only where a bridge filters by them',
  nova: 'the rules that follow from them are in the iptables capture',
  stanzas: 'what they set up is in the captures of `ip`',
  resolver: 'names take no part in where a packet goes',
};

/** Things of which each file shows some. */
const EACH: readonly Thing[] = ['hairpin', 'dnsmasq', 'cards', 'filters'];

/** What a file that was read is listed as. */
export function inventoryItem(reader: Reader, reading: Reading<Thing>, readings: Readings): InventoryItem {
  const { file } = reading;
  const winner = every(readings, reader.thing)[0]?.file;
  const reason = NOT_MODELLED[reader.thing];
  if (reason !== undefined)
    return { file, status: 'not modelled', what: `${reader.what}${flagsOf(reading, reader.thing)}: ${reason}` };
  const rules = countOf(reading, reader.thing);
  if (rules !== undefined)
    return {
      file,
      status: rules === 0 ? 'read' : 'not modelled',
      what: rules === 0 ? `${reader.what}: none` : `${reader.what}: they could drop or change packets`,
    };
  if (EACH.includes(reader.thing)) return { file, status: 'read', what: reader.what };
  if (isUnread(reading))
    return { file, status: 'not modelled', what: `${reader.what}: cannot be read, IPv6 is unknown` };
  const otherForm =
    reader.thing === 'table' || reader.thing === 'table6'
      ? every(readings, reader.thing === 'table' ? 'ruleset' : 'ruleset6').length > 0
      : winner !== file;
  return {
    file,
    status: otherForm ? 'other form' : 'read',
    what: otherForm ? `${reader.what}: agrees with what was read` : reader.what,
  };
}

/** A capture of IPv6 alone with a mistake in it, which is no reason to answer nothing. */
const isUnread = ({ value }: Reading<Thing>): boolean =>
  'kind' in value
    ? value.kind === 'unknown'
    : 'ruleset' in value && 'kind' in value.ruleset && value.ruleset.kind === 'unknown';

/** The flags of nova that its rules are made from. */
function flagsOf({ value }: Reading<Thing>, thing: Thing): string {
  if (thing !== 'nova') return '';
  const flags = [...(value as ReadonlyMap<string, NovaFlag>)].filter(([name]) => RULE_FLAGS.includes(name));
  return flags.length === 0 ? '' : ` (${flags.map(([name, flag]) => `${name}=${flag.value}`).join(', ')})`;
}

function countOf({ value }: Reading<Thing>, thing: Thing): number | undefined {
  if (thing !== 'nft') return undefined;
  return (value as readonly { readonly rules: number; readonly drops: boolean }[]).filter(
    ({ rules, drops }) => rules > 0 || drops,
  ).length;
}

/** A file that no reader takes, said and listed with the name that it may have been meant to have. */
export function unknownFile(
  file: string,
  name: string,
  desk: Desk,
  known = READERS.map((reader) => reader.name),
): InventoryItem {
  const near = nearestName(name, known);
  const advice =
    near === undefined ? 'it takes no part' : `it takes no part; if it holds what \`${near}\` would, give it that name`;
  desk.note({ file, line: 1, column: 1 }, `no reader for a file named \`${name}\``, advice);
  return { file, status: 'unknown', what: near === undefined ? 'no reader' : `no reader; nearest known name: ${near}` };
}
