import type { Assumption } from '../packet/place.ts';
import type { Node } from './network.ts';

/**
 * What is taken for granted where a packet leaves by the device that it came in by: its sender may be told a shorter way
 * (`ip_rt_send_redirect`), and whether it believes that depends on what it knows already. Nothing while both
 * `send_redirects` are off.
 */
export function unredirected({ name, settings }: Node, from: string, to: string): Assumption | undefined {
  const isOff = (of: string): boolean => settings.get(`net.ipv4.conf.${of}.send_redirects`)?.value === '0';
  if (from !== to || (isOff('all') && isOff(from))) return undefined;
  return { node: name, text: `senders keep their next hops, whatever ICMP redirects ${name} sends by ${from}` };
}
