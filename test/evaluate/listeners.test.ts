import { describe, expect, it } from 'vitest';
import type { Listener, Network } from '../../src/network/network.ts';
import { known } from '../../src/network/unknown.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { said, send, tcp, udp } from './ask.ts';
import { addr, build, host } from './build.ts';

/** b has two addresses on its one interface, and listens as told. */
function listening(...listeners: readonly Partial<Listener>[]): Network {
  const network = build(
    { a: host('10.0.0.1/24'), b: { interfaces: { eth0: { addresses: ['10.0.0.2/24', '10.0.0.3/24'] } } } },
    [['a:eth0', 'b:eth0']],
  );
  const place = { file: 'b/ss.txt', line: 1, column: 1 };
  const all = listeners.map((one) => ({ protocol: PROTOCOL.TCP, address: 0, port: 80, place, ...one }));
  const b = network.nodes.get('b');
  if (b === undefined) throw new Error('no b');
  return { ...network, nodes: new Map([...network.nodes, ['b', { ...b, listeners: known(all) }]]) };
}

const answered = (network: Network, of: ReturnType<typeof tcp>): boolean =>
  said(send(network, 'a', of).disposition.reply) === 'delivered a';

describe('a socket that listens', () => {
  it('on every address answers on each', () => {
    for (const dst of ['10.0.0.2', '10.0.0.3']) expect(answered(listening({}), tcp(dst, 80))).toBe(true);
  });

  it('on one address answers on no other', () => {
    const network = listening({ address: addr('10.0.0.3') });
    expect(answered(network, tcp('10.0.0.3', 80))).toBe(true);
    expect(answered(network, tcp('10.0.0.2', 80))).toBe(false);
    expect(said(send(network, 'a', tcp('10.0.0.2', 80)).disposition.request)).toBe('delivered b');
  });

  it('answers on its own port and protocol only', () => {
    const network = listening({ protocol: PROTOCOL.UDP, port: 53 });
    expect(answered(network, udp('10.0.0.2', 53))).toBe(true);
    expect(answered(network, udp('10.0.0.2', 54))).toBe(false);
    expect(answered(network, tcp('10.0.0.2', 53))).toBe(false);
  });

  it('on one device answers what comes in by it', () => {
    expect(answered(listening({ device: 'eth0' }), tcp('10.0.0.2', 80))).toBe(true);
    expect(answered(listening({ device: 'eth1' }), tcp('10.0.0.2', 80))).toBe(false);
  });
});
