import { describe, expect, it } from 'vitest';
import { FIELDS, maximum } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';

describe('a packet', () => {
  it.each(FIELDS)('holds every value of %s and none beyond', (field) => {
    expect(packet({ [field]: maximum(field) })[field]).toBe(maximum(field));
    expect(packet({ [field]: 0 })[field]).toBe(0);
    for (const wrong of [maximum(field) + 1, -1, 0.5, Number.NaN])
      expect(() => packet({ [field]: wrong })).toThrow(RangeError);
  });
});
