import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODELS, netqed } from './captured.ts';

const model = (name: string): string => join(MODELS, name);

describe('netqed diff', () => {
  it('proves a network equivalent to itself, status 0', async () => {
    const { status, out, err } = await netqed(['diff', model('no-vm'), model('no-vm')]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^equivalent: every packet fares the same in both\n/);
  });

  it('shows the packets whose fate changes, with what decided on both sides, status 1', async () => {
    const { status, out } = await netqed(['diff', model('one-vm'), model('one-vm-same-net-false')]);
    expect(status).toBe(1);
    expect(out).toMatch(/^differs: \d+ class/);
    expect(out).toContain('-A nova-compute-sg-fallback -j DROP');
    for (const line of out.split('\n')) expect(line).toSatisfy((text: string) => text.length <= 100);
  });

  it('says which snapshot cannot be read, status 2', async () => {
    const { status, out, err } = await netqed(['diff', model('one-vm'), model('nowhere')]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('nowhere:1:1: error: ');
  });
});
