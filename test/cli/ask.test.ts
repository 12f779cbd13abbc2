import { describe, expect, it } from 'vitest';
import { netqed, SINGLE_HOST } from './captured.ts';

const ask = (question: string, ...rest: readonly string[]) => netqed(['ask', question, SINGLE_HOST, ...rest]);
const PING = 'can compute-1 reach 10.0.0.3 over icmp';

interface Report {
  readonly schemaVersion: string;
  readonly results: readonly Record<string, any>[];
  readonly summary: Record<string, number>;
}

describe('netqed ask', () => {
  it('answers no with status 1: the rule that drops the packet, and over what it is proved', async () => {
    const { status, out, err } = await ask(PING);
    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(out).toMatch(/^no: compute-1 can't reach 10\.0\.0\.3 over icmp\n/);
    expect(out).toMatch(/^proved +every icmp echo request from compute-1 to 10\.0\.0\.3/m);
    expect(out).toContain('compute-1/iptables-save.txt:78: -A nova-compute-sg-fallback -j DROP');
    for (const line of out.split('\n')) expect(line).toSatisfy((text: string) => text.length <= 100);
  });

  it('answers yes with status 0, a packet, its hops and the fate of its answer', async () => {
    const { status, out } = await ask('can controller-1 reach 10.0.0.3 over icmp and back');
    expect(status).toBe(0);
    expect(out).toMatch(/^yes: controller-1 can reach 10\.0\.0\.3 over icmp and back\n/);
    expect(out).toMatch(/^packet +icmp echo request 10\.0\.0\.1 -> 10\.0\.0\.3/m);
    expect(out).toMatch(/^request +delivered to vm-cirros-b/m);
    expect(out).toMatch(/^reply +icmp echo reply 10\.0\.0\.3 -> 10\.0\.0\.1/m);
  });

  it('answers unknown with status 3, naming the rule that leaves it open', async () => {
    const limit = 'compute-1:-I FORWARD 1 -m limit --limit 1/s -j DROP';
    const { status, out } = await ask('does controller-1 always reach 10.0.0.3 over icmp', '--insert', limit);
    expect(status).toBe(3);
    expect(out).toMatch(/^unknown: /);
    expect(out).toContain('-m limit');
    expect(out).toContain('--insert:1');
  });

  it('prints one result with id `ask` as JSON, the same in every run but for ms', async () => {
    const strip = (text: string): string => text.replace(/"ms": \d+/g, '"ms": 0');
    const [one, two] = [await ask(PING, '--format', 'json'), await ask(PING, '--format', 'json')];
    expect(strip(one.out)).toBe(strip(two.out));
    const report = JSON.parse(one.out) as Report;
    expect(report.results.length).toBe(1);
    expect(report.results[0]).toMatchObject({
      id: 'ask',
      question: PING,
      answer: 'no',
      expect: null,
      status: 'violated',
      request: { delivered: false, node: 'compute-1', alternatives: [] },
      witness: null,
    });
    expect(report.summary).toEqual({ met: 0, violated: 1, undecided: 0, errors: 0, exitCode: 1 });
  });

  it('answers for the network after the changes, from left to right', async () => {
    const accept = ['--insert', 'compute-1:-t filter -I OUTPUT 1 -p icmp -j ACCEPT'];
    const host = ['--set', 'compute-1:eth1.up=0'];
    expect((await ask(PING, ...accept)).out).not.toContain('sg-fallback');
    expect((await ask(PING, ...accept, '--delete', 'compute-1:filter:OUTPUT:1')).out).toContain('sg-fallback');
    const ping = 'can controller-1 reach 10.0.0.3 over icmp';
    expect((await ask(ping, '--set', 'compute-1:filter:FORWARD:policy=DROP')).status).toBe(0);
    expect((await ask(ping, '--delete', 'compute-1:filter:nova-compute-inst-10:5')).status).toBe(1);
    expect((await ask(ping, '--set', 'vm-network.mac-filter=compute-1:eth2')).status).toBe(1);
    expect((await ask(ping, ...host)).status).toBe(0);
  });

  it('prints located errors of the question and the what-ifs at once, status 2, and no answer', async () => {
    const { status, out, err } = await ask(
      'can compute-9 reach 10.0.0.3 over icpm',
      '--delete',
      'compute-1:filter:FORWARD:99',
    );
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/^--delete:1:26: error: /m);
    expect(err).toMatch(/^<question>:1:5: error: /m);
    expect(err).toMatch(/^<question>:1:35: error: /m);
  });
});
