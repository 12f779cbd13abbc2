/**
 * A MAC address for an interface that nobody gave one: locally administered, unicast, and the same for the same names on
 * every run (FNV-1a over both, 40 bits).
 */
export function madeUpMac(node: string, name: string): number {
  const high = fnv(`${node}:${name}`, 0x811c9dc5) % 256;
  const low = fnv(`${name}@${node}`, 0x01000193);
  return 0x02 * 2 ** 40 + high * 2 ** 32 + low;
}

function fnv(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
