import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddrText } from '../../src/parse/ip/addr-text.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { errors, read } from './said.ts';

/** What real hosts printed, handed round beside the checkout; without it these tests are skipped. */
const CORPORA = join(import.meta.dirname, '../../../shared/corpora');
const file = (path: string): string => readFileSync(join(CORPORA, path), 'utf8');

const HOSTS = [
  'root-controller',
  'root-compute1',
  'qrouter-b77acd74-91f9-49d5-b478-123726ec4cd8-controller',
  'qrouter-9a23817d-2d25-4edc-b328-ba1057e308f1-controller',
  'qdhcp-0267647d-80ff-4e2a-afbd-76ade85fa731-controller',
];

describe.skipIf(!existsSync(CORPORA))('hosts of an OpenStack', () => {
  const dump = (what: string, host: string) => file(`hosts/openstack-calincru/dumps__${what}-${host}.txt`);
  const files = () =>
    HOSTS.flatMap((host) => [
      [`${host}/ip-addr.txt`, dump('ifaces', host)] as const,
      [`${host}/route-n.txt`, dump('routes', host)] as const,
      [`${host}/brctl-show.txt`, dump('linuxbridges', host)] as const,
      [`${host}/iptables-save.txt`, file(`hosts/openstack-calincru/assembled-${host}.iptables-save`)] as const,
    ]);

  it('read without errors, and Open vSwitch is named as not modelled', () => {
    const { nodes } = read(parseSnapshot(new Map(files())));
    expect(nodes.size).toBe(HOSTS.length);
    expect(nodes.get('root-compute1')?.unmodelled.map(({ what }) => what)).toEqual([
      'Open vSwitch at eth2',
      'Open vSwitch at ovs-system',
      'Open vSwitch at tap737565c0-2c',
    ]);
  });

  it('hold an address of 32 bits without a connected route', () => {
    const router = read(parseSnapshot(new Map(files()))).nodes.get(HOSTS[2] ?? '');
    const routes = router?.routes.map(({ text }) => text) ?? [];
    expect(routes).toContain('local 203.0.113.103 dev qg-09d66f0a-46 table local scope host src 203.0.113.103');
    expect(routes.filter((text) => text.startsWith('203.0.113.'))).toEqual([
      '203.0.113.0/24 dev qg-09d66f0a-46 scope link src 203.0.113.100',
    ]);
  });

  it('were published with wrapped lines and blacked out addresses, and read all the same', () => {
    for (const name of ['blog_a-unikernel-firewall-for-qubesos', 'random_srv']) {
      const { value, located } = parseAddrText(file(`net/secgroup__fws__examples_real-world_${name}_ip_addr`), name);
      expect(errors(located)).toEqual([]);
      expect(value).toHaveLength(3);
    }
  });
});
