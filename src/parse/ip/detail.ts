import type { Unmodelled } from '../../network/network.ts';
import type { Place } from '../../packet/place.ts';

/** One attribute of a bridge or a bridge port that takes part in what the kernel does and not in the model. */
interface Detail {
  readonly usual: string;
  readonly reason: string;
}

/**
 * What `ip -d` and `bridge -d` show of bridges and their ports, with the value that the model takes for granted
 * (net/bridge: br_private.h, BROPT_* and BR_*). Anything else is named.
 */
const DETAILS: Readonly<Record<string, Detail>> = {
  vlan_filtering: { usual: '0', reason: 'the bridge filters frames by VLAN' },
  nf_call_iptables: { usual: '0', reason: 'iptables sees what this bridge forwards whatever the sysctl says' },
  nf_call_arptables: { usual: '0', reason: 'arptables sees what this bridge forwards whatever the sysctl says' },
  isolated: { usual: 'off', reason: 'frames do not pass between isolated ports' },
  learning: { usual: 'on', reason: 'the port learns no addresses' },
  flood: { usual: 'on', reason: 'frames to unlearnt addresses do not leave by this port' },
  bcast_flood: { usual: 'on', reason: 'broadcast does not leave by this port' },
  neigh_suppress: { usual: 'off', reason: 'the bridge answers ARP for its neighbours' },
  proxy_arp: { usual: 'off', reason: 'the port answers ARP for others' },
  proxy_arp_wifi: { usual: 'off', reason: 'the port answers ARP for others' },
  locked: { usual: 'off', reason: 'frames of unknown senders are dropped' },
  vlan_tunnel: { usual: 'off', reason: 'the port maps VLANs to tunnels' },
};

/** The one unmodelled thing that an attribute with this value stands for, if it is not as usual. */
export function unmodelledDetail(of: string, key: string, value: string, place: Place): readonly Unmodelled[] {
  const detail = DETAILS[key];
  const shown = value === 'true' ? 'on' : value === 'false' ? 'off' : value;
  if (detail === undefined || shown === detail.usual) return [];
  return [{ what: `${key} ${shown} of ${of}`, reason: detail.reason, place, decides: 'bridge' }];
}

/** Devices that do more than carry frames, by the kind that `ip -d` prints. */
const KIND_REASONS: Readonly<Record<string, readonly [reason: string, decides: 'ip' | 'bridge']>> = {
  vrf: ['its ports are routed by a table of their own', 'ip'],
  macvlan: ['it takes frames to its own address off its lower device', 'bridge'],
  macvtap: ['it takes frames to its own address off its lower device', 'bridge'],
  ipvlan: ['it takes packets to its own addresses off its lower device', 'ip'],
  team: ['its ports share its frames', 'bridge'],
  openvswitch: ['it forwards by tables of its own', 'bridge'],
  ifb: ['packets are sent through it by tc', 'ip'],
};

/** The one unmodelled thing that a kind of device stands for, if it is more than an interface. */
export function unmodelledKind(of: string, kind: string, place: Place): readonly Unmodelled[] {
  const [reason, decides] = KIND_REASONS[kind] ?? [];
  return reason === undefined || decides === undefined ? [] : [{ what: `${kind} ${of}`, reason, place, decides }];
}

/** Kinds that take frames off other devices, or hand them on in ways of their own. */
const HIDING = ['vrf', 'macvlan', 'macvtap', 'ipvlan', 'team', 'openvswitch'];

/** Whether it is a device of which nobody can tell what becomes of frames there, on what it sits on and on its ports. */
export const hidesFrames = ({ what }: Unmodelled): boolean => HIDING.some((kind) => what.startsWith(`${kind} `));

export const DETAIL_KEYS: readonly string[] = Object.keys(DETAILS);
