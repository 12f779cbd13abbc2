import { TCP_FLAG } from '../packet/field.ts';

/** The states that a connection can get into before it is closed (net/netfilter/nf_conntrack_proto_tcp.c). */
export type TcpState = 'none' | 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED';
type Kind = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'null';

const INVALID = undefined;

/** Where a segment takes a connection to; undefined: it is INVALID. What the kernel ignores leaves the state as it is. */
const NEXT = {
  original: {
    syn: { none: 'SYN_SENT', SYN_SENT: 'SYN_SENT', SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    synack: { none: INVALID, SYN_SENT: INVALID, SYN_RECV: 'SYN_RECV', ESTABLISHED: INVALID },
    fin: { none: INVALID, SYN_SENT: INVALID, SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    ack: { none: 'ESTABLISHED', SYN_SENT: INVALID, SYN_RECV: 'ESTABLISHED', ESTABLISHED: 'ESTABLISHED' },
    rst: { none: INVALID, SYN_SENT: 'SYN_SENT', SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    null: { none: INVALID, SYN_SENT: INVALID, SYN_RECV: INVALID, ESTABLISHED: INVALID },
  },
  reply: {
    syn: { none: INVALID, SYN_SENT: 'SYN_SENT', SYN_RECV: INVALID, ESTABLISHED: INVALID },
    synack: { none: INVALID, SYN_SENT: 'SYN_RECV', SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    fin: { none: INVALID, SYN_SENT: INVALID, SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    ack: { none: INVALID, SYN_SENT: 'SYN_SENT', SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    rst: { none: INVALID, SYN_SENT: 'SYN_SENT', SYN_RECV: 'SYN_RECV', ESTABLISHED: 'ESTABLISHED' },
    null: { none: INVALID, SYN_SENT: INVALID, SYN_RECV: INVALID, ESTABLISHED: INVALID },
  },
} as const satisfies Record<string, Record<Kind, Record<TcpState, TcpState | undefined>>>;

const has = (flags: number, flag: keyof typeof TCP_FLAG): boolean => (flags & TCP_FLAG[flag]) !== 0;

/** RST before SYN before FIN before ACK, as `get_conntrack_index` asks. */
function kindOf(flags: number): Kind {
  if (has(flags, 'RST')) return 'rst';
  if (has(flags, 'SYN')) return has(flags, 'ACK') ? 'synack' : 'syn';
  return has(flags, 'FIN') ? 'fin' : has(flags, 'ACK') ? 'ack' : 'null';
}

export const nextTcp = (direction: 'original' | 'reply', state: TcpState, flags: number): TcpState | undefined =>
  NEXT[direction][kindOf(flags)][state];

const { FIN, SYN, RST, ACK, URG, PSH, ECE, CWR } = TCP_FLAG;
const VALID: readonly number[] = [
  SYN,
  SYN | URG,
  SYN | ACK,
  RST,
  RST | ACK,
  FIN | ACK,
  FIN | ACK | URG,
  ACK,
  ACK | URG,
];

/** Whether some stack would send these flags together (`tcp_valid_flags`); PSH, ECE and CWR go with anything. */
export const validFlags = (flags: number): boolean => VALID.includes(flags & ~(PSH | ECE | CWR));
