import type { Place } from '../../packet/place.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';
import { elements, inside, parseXmlText, spanOf } from './xml.ts';

/** A filter of libvirt: which others it brings in, and how many rules of its own it has. */
export interface NwFilter {
  readonly name: string;
  readonly references: readonly string[];
  readonly rules: number;
  readonly place: Place;
}

/** Reads nwfilter XML, one or more filters. */
export function parseNwFilter(text: string, file: string): Result<readonly NwFilter[]> {
  const source = new Source(text, file);
  const filters = parseXmlText(source).flatMap((filter): readonly NwFilter[] => {
    if (filter.name !== 'filter') {
      source.note(
        spanOf(source, filter),
        `\`${filter.name}\` is no filter of libvirt`,
        'give the output of `virsh nwfilter-dumpxml`',
      );
      return [];
    }
    const references = inside(filter, 'filterref').flatMap((one) => one.attributes['filter'] ?? []);
    const rules = elements(filter).filter(({ name }) => name === 'rule').length;
    return [{ name: filter.attributes['name'] ?? '', references, rules, place: source.place(spanOf(source, filter)) }];
  });
  return source.result(filters);
}

/** What libvirt's own filters check (libvirt, src/nwfilter/xml); a filter of another name may check anything. */
export const CHECKS: Readonly<Record<string, string>> = {
  'no-mac-spoofing': "drops the guest's frames from another MAC address than its own",
  'no-ip-spoofing': "drops the guest's packets from another address than its own",
  'no-arp-spoofing': "drops the guest's ARP for other addresses than its own",
  'no-arp-mac-spoofing': "drops the guest's ARP with another MAC address than its own",
  'no-arp-ip-spoofing': "drops the guest's ARP for other addresses than its own",
  'no-ip-multicast': 'drops what the guest sends to groups',
  'no-mac-broadcast': 'drops what the guest broadcasts',
  'no-other-l2-traffic': 'drops all of the guest but IPv4 and ARP',
  'allow-dhcp': 'lets DHCP through',
  'allow-dhcp-server': 'lets DHCP of one server through',
  'allow-arp': 'lets ARP through',
  'allow-ipv4': 'lets IPv4 through',
  'clean-traffic':
    "drops the guest's frames from other MAC addresses, packets from other addresses and ARP for other addresses than its own",
};
