import type { Listener } from '../../network/network.ts';
import { type Address, parseAddress } from '../../packet/address.ts';
import { parseAddress6 } from '../../packet/address6.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';

const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: PROTOCOL.TCP,
  udp: PROTOCOL.UDP,
  udplite: PROTOCOL.UDPLITE,
  sctp: PROTOCOL.SCTP,
  dccp: PROTOCOL.DCCP,
};
/** Sockets that take no part: other families and raw ones. */
const OTHERS = [
  'icmp6',
  'p_raw',
  'p_dgr',
  'raw',
  'u_str',
  'u_dgr',
  'u_seq',
  'nl',
  'v_str',
  'v_dgr',
  'xdp',
  'mptcp',
  'tipc',
  '???',
];

/** Reads `ss -H -l -t -u -n` (with its header line too). */
export function parseSs(text: string, file: string): Result<readonly Listener[]> {
  const source = new Source(text, file);
  const listeners: Listener[] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.words(line);
    const first = words[0];
    if (first === undefined || first.text === 'Netid' || OTHERS.includes(first.text)) continue;
    if (PROTOCOLS[first.text] !== undefined || first.text === 'LISTEN')
      listeners.push(...readSocket(source, words, source.whole(line)));
    else
      source.note(
        source.whole(line),
        'this line is no part of an `ss -l -t -u -n` listing',
        'delete it, or leave it: it is not read',
      );
  }
  return source.result(listeners);
}

/** `tcp LISTEN 0 128 127.0.0.1%lo:53 0.0.0.0:*`; with `-t` alone the first column is not there. */
function readSocket(source: Source, words: readonly Word[], whole: Word): readonly Listener[] {
  const named = PROTOCOLS[words[0]?.text ?? ''];
  const local = words[named === undefined ? 3 : 4];
  const [, host, device, port] = /^(.*?)(?:%([^:\]]+)\]?)?:(\d{1,5}|\*)$/.exec(local?.text ?? '') ?? [];
  if (local === undefined || host === undefined || port === undefined || Number(port) > 65535) {
    source.error(
      local ?? whole,
      `\`${local?.text ?? whole.text}\` is no address and port`,
      'give the output of `ss -H -l -t -u -n` as it was printed',
    );
    return [];
  }
  if (port === '*') return [];
  const addresses = addressesOf(host);
  if (addresses === undefined) {
    source.error(
      local,
      `\`${local.text}\` is no address and port`,
      'give the output of `ss` with `-n`, which prints no names',
    );
    return [];
  }
  return addresses.map((address) => ({
    protocol: named ?? PROTOCOL.TCP,
    address,
    port: Number(port),
    ...(device !== undefined && { device }),
    place: source.place(local),
  }));
}

/** `*` listens on both families (inet_diag); `[::]` is printed for sockets of IPv6 alone; old versions print `::` for either. */
function addressesOf(host: string): readonly Address[] | undefined {
  if (host === '*' || host === '::') return [0, 0n];
  const bare = host.replace(/^\[|\]$/g, '');
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  const address = mapped === undefined ? (parseAddress(host) ?? parseAddress6(bare)) : parseAddress(mapped);
  return address === undefined ? undefined : [address];
}
