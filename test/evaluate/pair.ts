import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { said } from './ask.ts';
import { addr, build, type Host, host } from './build.ts';

export const b = (more: Omit<Host, 'interfaces'> = {}): Host => ({
  interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } },
  ...more,
});
const place = { file: 'n', line: 1, column: 1 };
export const neighbour = (address: string, mac: number, device = 'eth0') => ({
  address: addr(address),
  device,
  mac,
  state: 'PERMANENT',
  place,
});
export const GROUP = 0x01005e000009;
export const pair = (more: Omit<Host, 'interfaces'> = {}, a: Omit<Host, 'interfaces'> = {}): Network =>
  build({ a: host('10.0.0.1/24', a), b: b(more) }, [['a:eth0', 'b:eth0']]);

/** What came of the answer: the fate, with what decided. */
export function replied({ disposition: { reply } }: Exchange): string {
  if (reply.kind === 'none') return `none: ${reply.reason}`;
  return reply.kind === 'dropped' ? `${said(reply)}: ${reply.origin?.node} ${reply.origin?.text}` : said(reply);
}
