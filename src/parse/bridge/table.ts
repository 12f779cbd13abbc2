import type { Unmodelled } from '../../network/network.ts';
import type { Result } from '../located.ts';
import { COUNT, LIST, listedOf, optional, required, TEXT, WORDS } from '../member.ts';
import { Source } from '../source.ts';

/**
 * Reads `bridge -j fdb show`. The model's bridges have learnt every address by themselves, so learned entries and the
 * ports' own (`permanent`) add nothing; a `static` one sends an address where it need not live.
 */
export function parseBridgeFdb(text: string, file: string): Result<readonly Unmodelled[]> {
  const source = new Source(text, file);
  const found = listedOf(source).flatMap((object): readonly Unmodelled[] => {
    const state = optional(source, object, 'state', TEXT);
    const flags = optional(source, object, 'flags', WORDS) ?? [];
    const mac = required(source, object, 'mac', TEXT);
    const port = required(source, object, 'ifname', TEXT);
    if (state !== 'static' || flags.includes('self')) return [];
    const place = source.place(object.members.get('mac')?.value.span ?? object.span);
    return [
      {
        what: `static forwarding entry ${mac ?? ''} of ${port ?? ''}`,
        reason: 'frames to this address leave by this port wherever it lives',
        place,
        decides: 'bridge',
      },
    ];
  });
  return source.result(found);
}

/** Reads `bridge -j vlan show`: anything but VLAN 1 on every port takes part only in a bridge that filters VLANs. */
export function parseBridgeVlan(text: string, file: string): Result<readonly Unmodelled[]> {
  const source = new Source(text, file);
  const found = listedOf(source).flatMap((object): readonly Unmodelled[] => {
    const port = optional(source, object, 'ifname', TEXT) ?? '';
    const ids = (optional(source, object, 'vlans', LIST) ?? []).flatMap((item) =>
      item.kind === 'object' ? [optional(source, item, 'vlan', COUNT)] : [],
    );
    const own = ids.filter((id) => id !== undefined && id !== 1);
    if (own.length === 0) return [];
    const place = source.place(object.members.get('ifname')?.value.span ?? object.span);
    return [
      {
        what: `VLAN ${own.join(', ')} on ${port}`,
        reason: 'where the bridge filters by VLAN, ports of different VLANs do not see each other',
        place,
      },
    ];
  });
  return source.result(found);
}
