import { describe, expect, it } from 'vitest';
import { parseBridgeLink } from '../../src/parse/bridge/link.ts';
import { parseBridgeFdb, parseBridgeVlan } from '../../src/parse/bridge/table.ts';
import { parseAddrJson } from '../../src/parse/ip/addr-json.ts';
import { parseAddrText } from '../../src/parse/ip/addr-text.ts';
import { parseArpN, parseNeighJson } from '../../src/parse/ip/neighbour.ts';
import { parseRouteJson } from '../../src/parse/ip/route-json.ts';
import { parseRouteN } from '../../src/parse/ip/route-n.ts';
import { parseRuleJson } from '../../src/parse/ip/rule-json.ts';
import { parseRuleText } from '../../src/parse/ip/rule-text.ts';
import { parseLibvirtDomain } from '../../src/parse/libvirt/domain.ts';
import { parseNwFilter } from '../../src/parse/libvirt/nwfilter.ts';
import type { Result } from '../../src/parse/located.ts';

type Read = (text: string, file: string) => Result<unknown>;

/** Commands that print something on every host, as measured with iproute2 6.1 in a fresh namespace. */
const NEVER_SILENT: Readonly<Record<string, Read>> = {
  'ip -j addr': parseAddrJson,
  'ip -j route': parseRouteJson,
  'ip -j rule': parseRuleJson,
  'ip -6 -j rule': (text, file) => parseRuleJson(text, file, 6),
  'ip a': parseAddrText,
  'ip rule': parseRuleText,
  'route -n': parseRouteN,
  'virsh dumpxml': parseLibvirtDomain,
  'virsh nwfilter-dumpxml': parseNwFilter,
};

describe('an empty file', () => {
  it.each(Object.entries(NEVER_SILENT))('of `%s` is a capture that failed', (_, read) => {
    for (const text of ['', '\n', ' \r\n']) {
      const { value, located } = read(text, 'f');
      expect(value).toBeUndefined();
      expect(located.map(({ severity, message }) => `${severity} ${message}`)).toEqual(['error the file is empty']);
    }
  });

  it.each([
    ['ip -j neigh', parseNeighJson],
    ['bridge -j link', parseBridgeLink],
    ['bridge -j fdb', parseBridgeFdb],
    ['bridge -j vlan', parseBridgeVlan],
  ])('of `%s` shows that there is nothing', (_, read: Read) => {
    for (const text of ['', '\n', '[ ]\n']) expect(read(text, 'f')).toEqual({ value: [], located: [] });
  });

  it('of `arp -n` shows that there is no entry', () => {
    expect(parseArpN('', 'f')).toEqual({ value: [], located: [] });
  });

  it('is not the same as an empty list', () => {
    expect(parseRuleJson('[]\n', 'f', 6)).toEqual({ value: { rules: [], undecided: [] }, located: [] });
    for (const read of [parseRouteJson, parseNeighJson, parseBridgeLink, parseBridgeFdb, parseBridgeVlan])
      expect(read('[ ]\n', 'f').value).toBeDefined();
  });
});

describe('a listing of interfaces', () => {
  it.each(['[ ]', '[{}]'])('is not without one: every host has `lo` (%s)', (text) => {
    expect(parseAddrJson(text, 'f').located.map(({ message }) => message)).toEqual(['no interface is listed']);
  });
});

describe('entries of a forwarding database', () => {
  it('have an address and a port: other lists are refused', () => {
    const { located } = parseBridgeFdb('[{"ifindex":5,"master":"br0","state":"forwarding"}]', 'f');
    expect(located.map(({ message }) => message)).toEqual(['`mac` is missing', '`ifname` is missing']);
  });
});
