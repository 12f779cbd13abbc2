import { describe, expect, it } from 'vitest';
import { netqed } from './captured.ts';

const SOUND = 'models/dual-stack/sound';
const trace = (packet: string, from: string, ...rest: readonly string[]) =>
  netqed(['trace', SOUND, '--from', from, packet, ...rest]);
const packetOf = (out: string): object =>
  (JSON.parse(out) as { results: Record<string, any>[] }).results[0]?.['witness'].packet;

describe('netqed trace of a packet of IPv6', () => {
  it.each([
    ['echo-request', 128],
    ['destination-unreachable', 1],
    ['neighbour-solicitation', 135],
    ['8', 8],
  ])('knows the types of ICMPv6 by their names: %s is %d', async (name, icmpType) => {
    const { out } = await trace(`icmp 2001:db8:ffff::1 type ${name}`, 'host', '--json');
    expect(packetOf(out)).toMatchObject({ icmpType });
  });

  it('knows no types of ICMPv6 in a packet of IPv4', async () => {
    const { status, err } = await trace('icmp 192.0.2.1 type neighbour-solicitation', 'host');
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringContaining('is no value for `type`') });
  });

  it('sends by the device that a zone names', async () => {
    const { out, err } = await trace('icmp ff02::1%eth0', 'host');
    expect(err).toBe('');
    expect(out).toMatch(/^delivered to router \(eth0\)\n/);
    expect((await trace('udp [ff02::1%eth0]:53', 'host', '--json')).out).toContain('"dst": "ff02::1"');
  });

  it.each([
    ['icmp fe80::1%eth9', 'host', /<packet>:1:14: error: no interface `eth9` on `host`/],
    ['icmp fe80::1%eth0', 'router:eth0', /<packet>:1:14: error: a zone is for a node as sender/],
    ['tcp [2001:db8::1]', 'host', /no destination port\n.*\n.*\n.*`\[2001:db8::3\]:80`/],
    ['tcp 2001:db8::1:22', 'host', /no destination port\n.*\n.*\n.*`\[2001:db8::3\]:80`/],
    ['icmp 10.0.0.1%eth0', 'host', /`10.0.0.1%eth0` is no address/],
  ])('complains of %s from %s', async (packet, from, complaint) => {
    const { status, err } = await trace(packet, from);
    expect(err).toMatch(complaint);
    expect(status).toBe(2);
  });
});
