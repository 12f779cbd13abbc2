import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyNot } from '../../src/lab/possible.ts';
import { replay } from '../../src/lab/replay.ts';
import { whyNoPaths } from '../../src/lab/rulepath.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { netqed, SINGLE_HOST } from '../cli/captured.ts';
import { socket, udp } from '../evaluate/ask.ts';
import { build, guest } from '../evaluate/build.ts';

const root = join(import.meta.dirname, '../..');
const impossible = whyNot() ?? whyNoPaths();
const ours = (pid: number): readonly string[] =>
  readdirSync('/run/netns').filter((name) => name.startsWith(`nq-${pid}-`));

const run = (...args: readonly string[]) => netqed(['replay', SINGLE_HOST, ...args]);

describe.skipIf(impossible !== undefined)(
  `netqed replay (${impossible ?? 'on this kernel'})`,
  { sequential: true },
  () => {
    it('agrees on a packet that is translated, delivered and answered, and leaves no namespace behind', async () => {
      const { status, out, err } = await run('--from', 'vm-cirros', 'tcp 169.254.169.254:80');
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).toMatch(/ nat nova-network-PREROUTING:1 +DNAT 192\.168\.56\.200:8775 +accept$/m);
      expect(out).toMatch(
        /^kernel {4}delivered to controller-1 \(br100\) as 10\.0\.0\.2:40000 -> 192\.168\.56\.200:8775$/m,
      );
      expect(out).toMatch(/\nagree\n$/);
      expect(ours(process.pid)).toEqual([]);
    });

    it('sends packets of IPv6 through the network of IPv6', async () => {
      const dual = (snapshot: string) =>
        netqed(['replay', `models/dual-stack/${snapshot}`, '--ask', 'can host reach server over icmpv6 and back']);
      const sound = await dual('sound');
      expect(sound.out).toMatch(/\n {10}answered.*\n(.*\n)*agree\n$/);
      expect([sound.status, (await dual('no-discovery')).status]).toEqual([0, 0]);
    });

    it('agrees on a packet that a rule drops, and shows what the socket was told', async () => {
      const { status, out } = await run('--from', 'compute-1', 'icmp 10.0.0.3', '--format', 'json');
      expect(status).toBe(0);
      const { kernel, result } = JSON.parse(out) as Record<string, any>;
      expect(result).toBe('agree');
      expect(kernel).toMatchObject({ delivered: [], answered: false, errno: 'EPERM' });
      expect(kernel.rules.at(-1)).toEqual({
        node: 'compute-1',
        table: 'filter',
        chain: 'nova-compute-sg-fallback',
        rule: 1,
        verdict: 'drop',
      });
    });

    it('changes the network first, and lets frames arrive from the wire', async () => {
      const rule = 'compute-1:-t filter -I FORWARD 1 -d 10.0.0.3 -j DROP';
      const { status, out } = await run('--from', 'compute-1:eth2', 'icmp 10.0.0.3 src 10.0.0.1', '--insert', rule);
      expect(status).toBe(0);
      expect(out).toMatch(/ filter FORWARD:1 +DROP +drop$/m);
    });

    it('sends the packet that answers a question, and one of those that a proof is about', async () => {
      const shown = await run('--ask', 'can vm-cirros reach controller-1 over udp port 53');
      expect({ status: shown.status, err: shown.err }).toEqual({ status: 0, err: '' });
      expect(shown.out).toMatch(/^yes: /);
      const proved = await run('--ask', 'can compute-1 reach 10.0.0.3 over icmp');
      expect({ status: proved.status, err: proved.err }).toEqual({ status: 0, err: '' });
      expect(proved.out).toMatch(/^no: /);
    });

    it('listens only where ss shows that something does', async () => {
      const listening = (port: number) =>
        build(
          {
            a: guest('10.0.0.1/24', '10.0.0.254'),
            b: { ...guest('10.0.0.2/24', '10.0.0.254'), listeners: [[PROTOCOL.UDP, port]] },
          },
          [['a:eth0', 'b:eth0']],
        );
      const answered = async (port: number) =>
        replay(listening(port), { source: socket('a'), packet: udp('10.0.0.2', 53) });
      expect(await answered(53)).toMatchObject({ verdict: { answered: true } });
      expect(await answered(54)).toMatchObject({ verdict: { answered: false, errno: 'ECONNREFUSED' } });
    });

    it('can not be done where a device can not be made', async () => {
      const name = 'a-name-that-is-too-long';
      const network = build({ a: { interfaces: { [name]: { addresses: ['10.0.0.1/24'] } } } }, []);
      expect(await replay(network, { source: socket('a'), packet: udp('10.0.0.2', 53) })).toHaveProperty('impossible');
      expect(ours(process.pid)).toEqual([]);
    });

    it.each(['SIGINT', 'SIGTERM'] as const)('takes everything down when %s ends it', async (signal) => {
      const main = join(root, 'dist/src/cli/main.js');
      if (!existsSync(join(root, 'dist/src/cli/replay.js')))
        execFileSync(process.execPath, ['build.js'], { cwd: root });
      const child = spawn(process.execPath, [main, 'replay', SINGLE_HOST, '--from', 'gateway', 'tcp 10.9.9.9:80']);
      const pid = child.pid as number;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      while (ours(pid).length < 5 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(ours(pid).length).toBeGreaterThanOrEqual(5);
      child.kill(signal);
      expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(ours(pid)).toEqual([]);
    });

    // `#`: root's prompt
    const transcripts = [
      ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```console\n# npx netqed (.*)\n([^]*?)```/g),
    ];
    it.each(transcripts.map(([, line = '', text = '']) => [line, text]))(
      'prints what the README shows: %s',
      async (line, text) => {
        const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
        expect((await netqed(words)).out).toBe(text);
      },
    );

    it('is shown in the README', () => {
      expect(transcripts).not.toEqual([]);
    });
  },
);
