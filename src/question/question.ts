import type { Prefix } from '../packet/address.ts';
import type { FlowState, Source } from '../packet/exchange.ts';
import type { Family } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';

export type Target =
  | { readonly kind: 'prefix'; readonly prefix: Prefix } // one address: length 32, of IPv6 128
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'outside'; readonly via?: { readonly node: string; readonly interface: string } };

export const SERVICES = ['dhcp', 'dns', 'ping', 'ssh', 'http', 'metadata'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A question as it was asked, its names resolved (contract, section 2). */
export type Question =
  | {
      readonly kind: 'reach';
      /** Of the packets; absent: 4. */
      readonly family?: Family;
      readonly quantifier: 'can' | 'always';
      readonly source: Source;
      readonly target: Target;
      /** What `over`, `port`, `from port` and `with` fix; `undefined` packets of the protocol list mean any. */
      readonly packets: PacketClass;
      readonly anySource: boolean;
      /** A node as source may send from any port, not only from those that its kernel picks. */
      readonly anyPort?: true;
      readonly state: FlowState;
      readonly back: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'service';
      readonly service: ServiceName;
      readonly between?: readonly [Source | Target, Source | Target];
      readonly state: FlowState;
      readonly text: string;
    };

export type Reach = Extract<Question, { kind: 'reach' }>;
