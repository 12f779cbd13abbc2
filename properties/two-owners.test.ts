import { describe, expect, it } from 'vitest';
import { ask } from '../src/index.ts';
import { world } from './claim.ts';

describe('an address with two owners', () => {
  it('is answered by either: both are named', async () => {
    const finding = await ask(
      await world('multi-host'),
      'can controller-1 reach 169.254.169.254 over tcp port 80 and back',
    );
    expect(finding.answer).toBe('yes');
    expect([finding.request?.node, ...(finding.request?.alternatives ?? [])].toSorted()).toEqual([
      'compute-1',
      'compute-2',
    ]);
  });
});
