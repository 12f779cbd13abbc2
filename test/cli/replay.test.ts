import { describe, expect, it } from 'vitest';
import { netqed, SINGLE_HOST } from './captured.ts';

// Packets that no lab can send: what a kernel does with the others is asked in test/kernel.
const replay = (...args: readonly string[]) => netqed(['replay', SINGLE_HOST, ...args]);

describe('netqed replay, where nothing can be sent', () => {
  it.each([
    ['icmp 10.0.0.3 fragment', 'a later fragment can not be sent alone'],
    ['icmp 10.0.0.3 length 400', 'the lab sends such a packet with 36 bytes: leave its length out'],
    ['icmp 10.0.0.3 state ESTABLISHED', 'every flow of a lab is a new one: leave the conntrack state out'],
    ['tcp 10.0.0.3:80 flags ACK', 'its checksum covers its source: add `src ADDRESS`'],
    ['udp 10.0.0.3:53 bad-checksum', 'its checksum covers its source: add `src ADDRESS`'],
  ])('`%s`: says why, with the walk of the model, and gives 3', async (packet, why) => {
    const { status, out, err } = await replay('--from', 'controller-1', packet);
    expect({ status, err }).toEqual({ status: 3, err: '' });
    expect(out).toMatch(/^packet {4}/);
    expect(out).toMatch(/^model {5}(delivered to|dropped on) /m);
    expect(out).toMatch(/\nnot replayed\n$/);
    expect(out).toContain(`\n  ${why}\n`);
  });

  it('says what the model does not know: it can not be built either', async () => {
    const { status, out } = await replay(
      '--from',
      'controller-1',
      'icmp 10.0.0.3',
      '--insert',
      'compute-1:-t mangle -I PREROUTING 1 -j TEE --gateway 10.0.0.9',
    );
    expect(status).toBe(3);
    expect(out).toContain("the model can't tell what compute-1 does: ");
  });

  it('leaves rules alone whose effects no namespace keeps', async () => {
    const rule = 'compute-2:-I INPUT 1 -j IDLETIMER --timeout 9 --label x';
    const { status, out } = await replay('--from', 'controller-1', 'icmp 10.0.0.3', '--insert', rule);
    expect(status).toBe(3);
    expect(out.replace(/\s+/g, ' ')).toContain('--label x: its effect is not kept inside of a namespace');
  });

  it('answers the question first', async () => {
    const { status, out } = await replay('--ask', 'is dhcp always allowed in any state');
    expect(status).toBe(3);
    expect(out).toMatch(/^no: dhcp isn't always allowed in any state\n/);
    expect(out).toContain('every flow of a lab is a new one');
  });

  it('prints the same as JSON', async () => {
    const { status, out } = await replay('--from', 'controller-1', 'icmp 10.0.0.3 fragment', '--format', 'json');
    expect(status).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      kernel: null,
      result: 'not replayed',
      reasons: ['a later fragment can not be sent alone'],
      packet: { dst: '10.0.0.3', length: 28 },
      summary: { exitCode: 3 },
    });
  });
});

it('prints every located error of every argument, and no answer', async () => {
  const { status, out, err } = await replay('--from', 'compute-9', 'udpp 10.0.0.3', '--set', 'compute-1:eth2.upp=0');
  expect({ status, out }).toEqual({ status: 2, out: '' });
  for (const place of ['--set:1:11:', '--from:1:1:', '<packet>:1:1:']) expect(err).toContain(place);
  const asked = await replay('--ask', 'can compute-9 reach 10.0.0.3');
  expect({ status: asked.status, out: asked.out }).toEqual({ status: 2, out: '' });
  expect(asked.err).toContain('<question>:1:5:');
});
