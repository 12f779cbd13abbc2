import { parseMac } from '../../packet/address.ts';
import type { Place } from '../../packet/place.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';
import type { Parameters } from './nwfilter.ts';
import { parametersOf } from './parameter.ts';
import { elements, inside, parseXmlText, spanOf } from './xml.ts';

/** A guest's network card as its domain describes it. */
export interface GuestCard {
  readonly domain: string;
  readonly mac?: number;
  readonly bridge?: string;
  /** The port on the host, where the XML of a running domain names it. */
  readonly port?: string;
  readonly filter?: { readonly name: string; readonly parameters: Parameters; readonly place: Place };
  readonly place: Place;
}

/** Reads libvirt's domain XML, one or more domains. */
export function parseLibvirtDomain(text: string, file: string): Result<readonly GuestCard[]> {
  const source = new Source(text, file);
  const cards = parseXmlText(source).flatMap((domain) => {
    if (domain.name !== 'domain') {
      source.note(
        spanOf(source, domain),
        `\`${domain.name}\` is no libvirt domain`,
        'give the output of `virsh dumpxml`',
      );
      return [];
    }
    const name = inside(domain, 'name')[0]?.text ?? '';
    return inside(domain, 'interface').map((card): GuestCard => {
      const child = (tag: string) => elements(card).find((one) => one.name === tag);
      const [mac, bridge, port, filter] = [
        child('mac')?.attributes['address'],
        child('source')?.attributes['bridge'],
        child('target')?.attributes['dev'],
        child('filterref'),
      ];
      const address = mac === undefined ? undefined : parseMac(mac);
      if (mac !== undefined && address === undefined)
        source.error(
          spanOf(source, child('mac') ?? card),
          `\`${mac}\` is no MAC address`,
          'a MAC address is six hexadecimal bytes with colons',
        );
      return {
        domain: name,
        ...(address !== undefined && { mac: address }),
        ...(bridge !== undefined && { bridge }),
        ...(port !== undefined && { port }),
        ...(filter !== undefined && {
          filter: {
            name: filter.attributes['filter'] ?? '',
            parameters: parametersOf(filter),
            place: source.place(spanOf(source, filter)),
          },
        }),
        place: source.place(spanOf(source, card)),
      };
    });
  });
  return source.result(cards);
}
