import type { Place } from '../../packet/place.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';

/** A flag of nova with its place; a flag that is given more than once keeps its last value, as nova does. */
export interface NovaFlag {
  readonly value: string;
  readonly place: Place;
}

/** The flags that nova-network and nova-compute make their rules from (nova 2012.1, nova/network/linux_net.py and nova/virt/firewall.py). */
export const RULE_FLAGS = [
  'allow_same_net_traffic',
  'multi_host',
  'use_ipv6',
  'fixed_range',
  'routing_source_ip',
  'dmz_cidr',
  'metadata_host',
  'metadata_port',
  'public_interface',
  'flat_interface',
  'flat_network_bridge',
  'share_dhcp_address',
  'my_ip',
  'network_manager',
  'firewall_driver',
  'send_arp_for_ha',
  'vlan_interface',
  'force_snat_range',
];

/**
 * Reads `nova.conf`: flag files (`--flag=value`, `--flag value`, `--flag`, `--noflag`) and ini files (`[DEFAULT]`,
 * `flag = value`, continued on indented lines). `#` begins a comment only at the start of a line.
 */
export function parseNovaConf(text: string, file: string): Result<ReadonlyMap<string, NovaFlag>> {
  const source = new Source(text, file);
  const flags = new Map<string, NovaFlag>();
  let section = 'DEFAULT';
  let last: string | undefined;
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = source.whole(line);
    if (whole.text === '' || /^[#;]/.test(whole.text)) continue;
    const read = readFlag(whole.text);
    const before = last === undefined ? undefined : flags.get(last);
    if (/^\[[^\]]+\]$/.test(whole.text)) section = whole.text.slice(1, -1);
    else if (whole.column > 1 && last !== undefined && before !== undefined && !whole.text.startsWith('-'))
      flags.set(last, { ...before, value: `${before.value}\n${whole.text}` });
    else if (read === undefined)
      source.note(whole, 'this line is no flag of nova', 'write it like `--flag=value` or `flag = value`');
    else {
      last = section === 'DEFAULT' ? read.name : `${section}.${read.name}`;
      flags.set(last, { value: read.value, place: source.place(whole) });
    }
  }
  return source.result(flags);
}

function readFlag(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, dashes, written = '', sign, rest = ''] = /^(--?)?([A-Za-z_][\w-]*)(\s*=\s*|\s+|$)(.*)$/.exec(text) ?? [];
  if (written === '' || (dashes === undefined && sign?.includes('=') !== true)) return undefined;
  const name = written.replaceAll('-', '_');
  if (dashes !== undefined && rest === '' && sign?.includes('=') !== true)
    return /^no_?[a-z]/.test(name) && RULE_FLAGS.includes(name.replace(/^no_?/, ''))
      ? { name: name.replace(/^no_?/, ''), value: 'False' }
      : { name, value: 'True' };
  return { name, value: rest.replace(/^(['"])(.*)\1$/, '$2') };
}

export const printNovaConf = (flags: ReadonlyMap<string, NovaFlag>): string =>
  [...flags].map(([name, { value }]) => `--${name}=${value}\n`).join('');
