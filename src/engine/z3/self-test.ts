import { plus, variable } from './bits.ts';
import { check } from './check.ts';
import { inRanges, not, same } from './formula.ts';
import type { Z3Module } from './module.ts';
import { Store } from './term.ts';
import { inputVariable } from './variables.ts';

/** Numbers must be unsigned, and nothing that was asserted may be lost. @throws Error if this Z3 does otherwise */
export async function selfTest(module: Z3Module): Promise<void> {
  const store = new Store();
  const mac = variable(store, inputVariable('macSrc', [[1, 2 ** 48 - 1]]));
  const other = variable(store, inputVariable('macDst', [[1, 2 ** 48 - 1]]));
  const high = inRanges(store, mac, [[2 ** 47, 2 ** 48 - 1]]);
  const next = same(store, plus(store, mac, 1), other);
  const low = not(store, inRanges(store, other, [[2 ** 47, 2 ** 48 - 1]]));
  const some = await check(module, [high, next], 100_000);
  const none = await check(module, [high, next, low], 100_000);
  const unsigned = some.kind === 'model' && (some.values.get('input macSrc') ?? 0) >= 2 ** 47;
  if (!unsigned || none.kind !== 'none') throw new Error('Z3 fails its self test');
}
