import type { Interface } from '../../network/network.ts';
import type { Desk } from './desk.ts';

const TAKE_AGAIN = 'no kernel prints this: take the capture again';

/** Refuses interfaces that stand on themselves, and bridges as ports of bridges (br_add_if, net/bridge/br_if.c: ELOOP). */
export function checkStack(interfaces: readonly Interface[], desk: Desk): void {
  const byName = new Map(interfaces.map((one) => [one.name, one] as const));
  for (const one of interfaces) {
    const master = byName.get(one.master ?? '');
    if (isInLoop(one, byName)) desk.error(one.place, `\`${one.name}\` stands on itself`, TAKE_AGAIN);
    else if (one.kind === 'bridge' && master?.kind === 'bridge')
      desk.error(one.place, `bridge \`${one.name}\` is a port of bridge \`${master.name}\``, TAKE_AGAIN);
  }
}

/** Whether masters and parents lead from an interface back to it. */
function isInLoop(start: Interface, byName: ReadonlyMap<string, Interface>): boolean {
  const seen = new Set<Interface>();
  const open = [start];
  for (let one = open.pop(); one !== undefined; one = open.pop())
    for (const name of [one.master, one.vlan?.parent]) {
      const next = byName.get(name ?? '');
      if (next === start) return true;
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  return false;
}
