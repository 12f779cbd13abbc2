import type { Exploration } from '../../../src/evaluate/explore.ts';
import type { Shot } from '../../../src/lab/verdict.ts';

/** What the lab's programs do where programs differ, by the ids of unknowns: how they bind their sockets. */
const valueOf = (id: string, { loose }: Shot): number | undefined => {
  if (/ binds to \S+$/.test(id)) return loose === true ? 0 : 1;
  return / answers bound to \S+$/.test(id) ? 1 : undefined;
};

/** The exchanges of programs like those of the lab. */
export const asLab = (all: Exploration, shot: Shot): Exploration =>
  Object.assign(
    all.filter(({ met }) => met.every(({ unknown, value }) => (valueOf(unknown.id, shot) ?? value) === value)),
    { complete: all.complete },
  );
