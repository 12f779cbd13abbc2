import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MODELS, netqed, SINGLE_HOST } from './captured.ts';

const empty = mkdtempSync(join(tmpdir(), 'netqed-'));
afterAll(() => rmSync(empty, { recursive: true }));

describe('netqed show', () => {
  it('lists nodes, interfaces, links and every file, with what takes no part', async () => {
    const { status, out, err } = await netqed(['show', SINGLE_HOST]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    for (const name of ['compute-1', 'controller-1', 'gateway', 'vm-network', 'compute-1/iptables-save.txt'])
      expect(out).toContain(name);
    expect(out).toMatch(/takes no part[^]*kernel-verdicts\.jsonl/);
    for (const line of out.split('\n')) expect(line).toSatisfy((text: string) => text.length <= 100);
  });

  it('says which rules a snapshot does not decide, each with its reason', async () => {
    const rule = 'compute-1:-I FORWARD 1 -m limit --limit 1/s -j ACCEPT';
    const { out } = await netqed(['show', SINGLE_HOST, '--insert', rule]);
    expect(out).toMatch(/does not decide[^]*--insert:1: -A FORWARD -m limit --limit 1\/s(ec)? -j ACCEPT: /);
    const plain = (await netqed(['show', SINGLE_HOST])).out;
    expect(plain).not.toContain('--limit');
    // one rule for each guest of which it depends on the version of libvirt whether it is there
    expect(plain.match(/whether\s+no-arp-ip-spoofing\s+lets\s+ARP/g)).toHaveLength(3);
    expect((await netqed(['show', join(MODELS, 'no-vm')])).out).not.toContain('does not decide');
  });

  it('counts rules of ebtables beside those of iptables', async () => {
    const { out } = await netqed(['show', SINGLE_HOST]);
    expect(out).toMatch(/compute-1 .* filter 32; ebtables nat 40\n/);
    expect(out).toMatch(/controller-1 .* filter 17\n/);
  });

  it('tells IPv6 by itself, where there is any', async () => {
    const folder = join(MODELS, '../dual-stack/sound');
    const { status, out } = await netqed(['show', folder]);
    expect(status).toBe(0);
    expect(out).toMatch(/\nIPv6\n[^]*router +3 +15 +filter 4\n/);
    expect(out).toMatch(/router +lo +::1\/128\n +eth0 +2001:db8:1::1\/64\n +fe80::aff:fe01:1\/64\n/);
    const broken = ['--insert', 'router:-6 -I FORWARD -m limit --limit 1/s -j ACCEPT'];
    expect((await netqed(['show', folder, ...broken])).out).toMatch(/does not decide[^]*-m limit/);
    const json = JSON.parse((await netqed(['show', folder, '--format', 'json'])).out) as { nodes: { ipv6: object }[] };
    expect(json.nodes[1]?.ipv6).toEqual({
      addresses: {
        lo: ['::1/128'],
        eth0: ['2001:db8:1::1/64', 'fe80::aff:fe01:1/64'],
        eth1: ['2001:db8:2::1/64', 'fe80::c0ff:fe00:201/64'],
      },
      routes: 15,
      rules: 'filter 4',
    });
  });

  it('prints the same as JSON', async () => {
    const { status, out } = await netqed(['show', SINGLE_HOST, '--format', 'json']);
    const report = JSON.parse(out) as { nodes: { name: string }[]; links: object[]; inventory: { file: string }[] };
    expect(status).toBe(0);
    expect(report.nodes.map(({ name }) => name)).toContain('vm-cirros-b');
    expect(report.links.length).toBe(6);
    expect(report.inventory.map(({ file }) => file)).toContain('compute-1/sysctl.txt');
  });

  it('reads every captured state of the models', async () => {
    for (const state of ['floating-ip', 'multi-host', 'no-vm', 'one-vm', 'one-vm-secgroup'])
      expect((await netqed(['show', join(MODELS, state)])).status).toBe(0);
  });

  it.each([['/nowhere/at/all'], [empty]])('gives 2 and an error for %s, where there is no snapshot', async (folder) => {
    const { status, out, err } = await netqed(['show', folder]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('error: ');
  });

  it('prints every error of a snapshot with its place', async () => {
    writeFileSync(join(empty, 'network.yaml'), 'version: 2\nlinsk: {}\n');
    const { status, err } = await netqed(['show', empty]);
    expect(status).toBe(2);
    expect(err).toMatch(/^network\.yaml:1:\d+: error: /m);
    expect(err).toMatch(/^network\.yaml:2:\d+: error: /m);
  });
});
