import { any, equals } from '../ir/predicate.ts';
import { CT_STATE } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';

/** INVALID and UNTRACKED packets have no entry (`nf_ct_get` is NULL). */
export const tracked = ({ ctState }: Packet): boolean => ctState !== CT_STATE.INVALID && ctState !== CT_STATE.UNTRACKED;

/** Packets that belong to an entry of conntrack. */
export const TRACKED = any(
  ...[CT_STATE.NEW, CT_STATE.ESTABLISHED, CT_STATE.RELATED].map((one) => equals('ctState', one)),
);
