import { describe, expect, it } from 'vitest';
import { isOwn, preferredSource, SCOPE, selectAddress } from '../../src/evaluate/source.ts';
import type { Interface, InterfaceAddress, Node, Route } from '../../src/network/network.ts';
import { printAddress } from '../../src/packet/address.ts';
import { addr, build, type Port } from './build.ts';

/** Addresses of an interface as `[secondary ]A.B.C.D/N[ scope]`. */
function node(interfaces: Readonly<Record<string, readonly string[]>>, down: readonly string[] = []): Node {
  const plain = (texts: readonly string[]): string[] =>
    texts.map((text) => text.replace('secondary ', '').split(' ')[0] ?? '');
  const ports: Record<string, Port> = { lo: { addresses: [] } };
  for (const [name, texts] of Object.entries(interfaces))
    ports[name] = { addresses: plain(texts), up: !down.includes(name) };
  const made = build({ n: { interfaces: ports } }, []).nodes.get('n');
  if (made === undefined) throw new Error('no node');
  const mark = (one: InterfaceAddress, text: string): InterfaceAddress => ({
    ...one,
    secondary: text.startsWith('secondary '),
    scope: Number(/ (\d+)$/.exec(text)?.[1] ?? 0),
  });
  const marked = ({ name, addresses, ...rest }: Interface): Interface => ({
    name,
    ...rest,
    addresses: addresses.map((one, n) => mark(one, interfaces[name]?.[n] ?? '')),
  });
  return { ...made, interfaces: made.interfaces.map(marked) };
}

const pick = (of: Node, towards: string, scope: number = SCOPE.GLOBAL): string =>
  printAddress(selectAddress(of, 'eth0', addr(towards), scope));

describe('the address that a node sends from', () => {
  it('is the first of the device whose subnet holds the other side, else the first, 0.0.0.0 standing for anybody', () => {
    const n = node({ eth0: ['10.0.0.1/24', '10.0.1.1/24', '10.0.1.2/25'] });
    expect(pick(n, '10.0.1.9')).toBe('10.0.1.1');
    expect(pick(n, '10.0.0.9')).toBe('10.0.0.1');
    expect(pick(n, '8.8.8.8')).toBe('10.0.0.1');
    expect(pick(n, '0.0.0.0')).toBe('10.0.0.1');
    // a subnet of everybody holds 0.0.0.0, too
    expect(pick(node({ eth0: ['10.0.0.1/24', '10.0.1.1/0'] }), '0.0.0.0')).toBe('10.0.0.1');
    expect(pick(node({ eth0: ['10.0.0.1/24', '10.0.1.1/0'] }), '8.8.8.8')).toBe('10.0.1.1');
  });

  it('is no secondary one, of this device or of another', () => {
    expect(pick(node({ eth0: ['secondary 10.0.0.1/24', '10.0.1.1/24'] }), '10.0.0.9')).toBe('10.0.1.1');
    expect(pick(node({ eth0: [], eth1: ['secondary 10.0.0.1/24', '10.0.1.1/24'] }), '10.0.0.9')).toBe('10.0.1.1');
    expect(pick(node({ eth0: ['secondary 10.0.0.1/24'] }), '10.0.0.9')).toBe('0.0.0.0');
  });

  it('is of at most the scope that is asked for', () => {
    const n = node({ eth0: ['10.0.0.1/24 253', '10.0.1.1/24 0', '10.0.2.1/24 254'] });
    expect(pick(n, '10.0.0.9', SCOPE.GLOBAL)).toBe('10.0.1.1');
    expect(pick(n, '10.0.0.9', SCOPE.LINK)).toBe('10.0.0.1');
    expect(pick(n, '10.0.2.9', SCOPE.LINK)).toBe('10.0.0.1');
    expect(pick(n, '10.0.2.9', SCOPE.HOST)).toBe('10.0.2.1');
  });

  it("else another device's, up or not, of that scope, and never of scope link", () => {
    expect(pick(node({ eth0: [], eth1: ['10.1.0.1/24'], eth2: ['10.2.0.1/24'] }), '10.2.0.9')).toBe('10.1.0.1');
    // measured: what leaves by lo is masqueraded as an address of a bridge that is down
    expect(pick(node({ eth0: [], eth1: ['10.1.0.1/24'], eth2: ['10.2.0.1/24'] }, ['eth1']), '0.0.0.0')).toBe(
      '10.1.0.1',
    );
    expect(pick(node({ eth0: [], eth1: ['10.1.0.1/24 254', '10.1.1.1/24'] }), '0.0.0.0')).toBe('10.1.1.1');
    expect(pick(node({ eth0: [], eth1: ['10.1.0.1/24 253', '10.1.1.1/24 254'] }), '0.0.0.0', SCOPE.HOST)).toBe(
      '10.1.1.1',
    );
    expect(pick(node({ eth0: ['10.0.0.1/24 253'], eth1: [] }), '0.0.0.0')).toBe('0.0.0.0');
    expect(printAddress(selectAddress(node({ eth0: ['10.0.0.1/24'] }), 'gone', 0, 0))).toBe('10.0.0.1');
  });

  it('is what the route prefers, else what fits its gateway and scope', () => {
    const n = node({ eth0: ['10.0.0.1/24', '10.0.1.1/24', '10.0.2.1/24 253'] });
    const by = (route: Partial<Route>, via?: string) =>
      printAddress(
        preferredSource(n, { scope: 0, ...route } as Route, 'eth0', via === undefined ? undefined : addr(via)),
      );
    expect(by({ source: addr('10.9.9.9') }, '10.0.1.7')).toBe('10.9.9.9');
    expect(by({}, '10.0.1.7')).toBe('10.0.1.1');
    expect(by({})).toBe('10.0.0.1');
    expect(by({}, '10.0.2.7')).toBe('10.0.0.1');
    expect(by({ scope: 253 }, '10.0.2.7')).toBe('10.0.2.1');
  });
});

it('an address is the own one of a node on whichever interface it is', () => {
  const n = node({ eth0: ['10.0.0.1/24'], eth1: ['10.1.0.1/24', 'secondary 10.1.0.2/24'] });
  expect(['10.0.0.1', '10.1.0.1', '10.1.0.2', '10.0.0.2'].map((text) => isOwn(n, addr(text)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(isOwn(node({}), addr('10.0.0.1'))).toBe(false);
});
