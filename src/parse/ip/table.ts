/** The tables that every iproute2 names (`/etc/iproute2/rt_tables`). */
export const TABLE = { default: 253, main: 254, local: 255 } as const;

/**
 * The number of a routing table: its own, that of a name which iproute2 always knows, or for a name from the host's
 * `rt_tables` (which no capture shows) one made from the name, above 2^32, so that it is nobody else's.
 */
export function tableNumber(text: string): number | undefined {
  if (text === 'default' || text === 'main' || text === 'local') return TABLE[text];
  if (/^\d{1,10}$/.test(text)) return Number(text) < 2 ** 32 ? Number(text) : undefined;
  if (!/^[A-Za-z_][\w.-]*$/.test(text)) return undefined;
  return [...text].reduce((sum, letter) => (sum * 131 + letter.charCodeAt(0)) % 2 ** 40, 0) + 2 ** 32;
}

/** As `ip route` prints it; a made-up number stays a number. */
export const tableName = (table: number): string =>
  Object.entries(TABLE).find(([, number]) => number === table)?.[0] ?? String(table);

/** IP protocols by the names of `/etc/protocols` that rules use. */
export const PROTOCOL_NUMBER: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  sctp: 132,
  udplite: 136,
};
