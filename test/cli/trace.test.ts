import { describe, expect, it } from 'vitest';
import { netqed, SINGLE_HOST } from './captured.ts';

const trace = (packet: string, from: string, ...rest: readonly string[]) =>
  netqed(['trace', SINGLE_HOST, '--from', from, packet, ...rest]);

describe('netqed trace', () => {
  it('gives 0 for a packet that is delivered, and its hops', async () => {
    const { status, out, err } = await trace('tcp 10.0.0.3:80', 'controller-1');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^delivered to vm-cirros-b \(eth0\)\n/);
    expect(out).toContain('-A nova-compute-inst-10 -s 10.0.0.0/24 -j ACCEPT');
  });

  it('gives 1 for a packet that is not, and the rule that dropped it', async () => {
    const { status, out } = await trace('icmp 10.0.0.3', 'compute-1');
    expect(status).toBe(1);
    expect(out).toMatch(/^dropped on compute-1: by a rule\n/);
    expect(out).toMatch(/compute-1\/iptables-save\.txt:78: -A nova-compute-sg-fallback -j DROP/);
  });

  it('takes the snapshot from the current folder', async () => {
    const before = process.cwd();
    process.chdir(SINGLE_HOST);
    try {
      expect((await netqed(['trace', '--from', 'controller-1', 'icmp 10.0.0.3'])).status).toBe(0);
    } finally {
      process.chdir(before);
    }
  });

  it('prints the same as JSON with --json and --format json', async () => {
    const one = await trace('icmp 10.0.0.3', 'compute-1', '--json');
    const two = await trace('icmp 10.0.0.3', 'compute-1', '--format', 'json');
    expect(one).toEqual(two);
    const report = JSON.parse(one.out) as { results: Record<string, any>[]; summary: object };
    expect(report.summary).toEqual({ exitCode: 1 });
    expect(report.results[0]?.['request']).toMatchObject({ delivered: false, node: 'compute-1', reason: 'rule' });
    expect(report.results[0]?.['witness'].packet).toMatchObject({ dst: '10.0.0.3', proto: 'icmp', icmpType: 8 });
    expect(report.results[0]?.['witness'].trace.at(-1)).toMatchObject({ verdict: 'DROP', rule: 1, line: 78 });
  });

  it('walks the packet that its text names', async () => {
    const fields = 'tcp 10.0.0.3:http from port 4000 src 10.0.0.9 ttl 3 tos 0x10 flags SYN';
    const { out } = await trace(fields, 'controller-1', '--json');
    const { results } = JSON.parse(out) as { results: Record<string, any>[] };
    expect(results[0]?.['witness'].packet).toMatchObject({
      src: '10.0.0.9',
      sport: 4000,
      dport: 80,
      ttl: 3,
      tos: 16,
      tcpFlags: 'SYN',
    });
  });

  it('lets a frame arrive from the wire, with the MAC of whoever has the address', async () => {
    const { status, out } = await trace('icmp 10.0.0.3 src 10.0.0.1', 'compute-1:eth2');
    expect(status).toBe(0);
    expect(out).toContain('frame 02:00:00:00:00:01 -> fa:16:3e:5b:10:77');
  });

  it('changes the network first, from left to right', async () => {
    const rule = 'compute-1:-t filter -I OUTPUT 1 -p icmp -j ACCEPT';
    expect((await trace('icmp 10.0.0.3', 'compute-1', '--insert', rule)).out).not.toContain('sg-fallback');
    const undone = ['--insert', rule, '--delete', 'compute-1:filter:OUTPUT:1'];
    expect((await trace('icmp 10.0.0.3', 'compute-1', ...undone)).out).toContain('sg-fallback');
    const cut = await trace('icmp 10.0.0.3', 'controller-1', '--set', 'compute-1:eth2.up=0');
    expect(cut.status).toBe(1);
  });

  it('says so where the fate depends on what is not known', async () => {
    const rule = 'controller-1:-I OUTPUT 1 -m limit --limit 1/s -j DROP';
    const { status, out } = await trace('icmp 10.0.0.3', 'controller-1', '--insert', rule);
    expect(status).toBe(3);
    expect(out).toMatch(/^the fate of the packet depends on what is not known\n/);
    expect(out).toContain('dropped on controller-1: by a rule');
    expect(out).toContain('delivered to vm-cirros-b (eth0)');
  });

  it('prints every located error of every argument, and no answer', async () => {
    const { status, out, err } = await trace('udpp 10.0.0.300', 'compute-9', '--set', 'compute-1:eth2.upp=0');
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const place of ['--set:1:11:', '--from:1:1:', '<packet>:1:1:', '<packet>:1:6:']) expect(err).toContain(place);
    expect(err).toContain('did you mean `udp`?');
    expect(err).toContain('did you mean `compute-1`?');
    expect(err).toContain('did you mean `eth2.up`?');
  });

  it.each([
    'tcp 10.0.0.3',
    'icmp 10.0.0.3:80',
    'udp 10.0.0.3:99999',
    'udp 10.0.0.3:53 ttl',
    'udp 10.0.0.3:53 tll 3',
    'udp',
  ])('cannot read the packet `%s`', async (packet) => {
    const { status, err } = await trace(packet, 'compute-1');
    expect(status).toBe(2);
    expect(err).toMatch(/^<packet>:1:\d+: error: /);
  });

  it('colours only where it is asked to, or for a terminal', async () => {
    const args = ['trace', SINGLE_HOST, '--from', 'compute-1', 'icmp 10.0.0.3'];
    const painted = (out: string): boolean => out.includes('\u001b[');
    expect(painted((await netqed(args)).out)).toBe(false);
    expect(painted((await netqed([...args, '--color'])).out)).toBe(true);
    expect(painted((await netqed(['--color', ...args])).out)).toBe(true);
    expect(painted((await netqed(args, { outIsTty: true })).out)).toBe(true);
    expect(painted((await netqed(args, { outIsTty: true, env: { NO_COLOR: '1' } })).out)).toBe(false);
    expect(painted((await netqed([...args, '--no-color'], { outIsTty: true })).out)).toBe(false);
  });

  it.each([
    ['icmpv6 10.0.2.2', '1:1: error: `icmpv6` goes with IPv6'],
    ['udp 10.0.0.3:53 type 8', '1:1: error: only icmp has `type`, `code` and `id`'],
    ['icmp 10.0.0.3 flags SYN', '1:1: error: only tcp has `flags`'],
    ['udp 10.0.0.3:53 length 27', '1:1: error: `length 27` is shorter than the headers'],
    ['udp 10.0.0.3 fragment length 19', '1:1: error: no destination port'],
    ['', '1:1: error: no protocol'],
  ])('refuses fields that do not go together: %s', async (packet, complaint) => {
    const { status, out, err } = await trace(packet, 'controller-1');
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(`<packet>:${complaint}`);
  });

  it.each([
    '58 10.0.0.2',
    'icmp 10.0.0.3 type 8 code 0 id 7',
    'udp 10.0.0.3:53 length 28',
    'tcp 10.0.0.3:22 flags SYN',
  ])('takes fields that do: %s', async (packet) => expect((await trace(packet, 'controller-1')).err).toBe(''));
});
