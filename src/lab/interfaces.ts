import type { Interface, InterfaceAddress, Node } from '../network/network.ts';
import { holds, printAddress, printMac } from '../packet/address.ts';

/** `ip` lines that set a node's devices up as the capture shows them. */
export function interfaceLines(
  node: Node,
  addressLines: (one: Interface) => readonly string[] = addressLines4,
): readonly string[] {
  const others = node.interfaces.filter(({ kind }) => kind !== 'loopback');
  const rising = node.interfaces.filter(({ up }) => up);
  return [
    ...others.flatMap(({ name, master }) => (master === undefined ? [] : [`link set ${name} master ${master}`])),
    ...others.map(({ name, mtu }) => `link set ${name} mtu ${mtu}`),
    // A bridge takes the address of its first port unless it is told its own.
    ...others.filter(({ mac }) => mac !== 0).map(({ name, mac }) => `link set ${name} address ${printMac(mac)}`),
    ...node.interfaces.flatMap(({ name, group = 0 }) => (group === 0 ? [] : [`link set ${name} group ${group}`])),
    ...others.filter(({ promisc }) => promisc).map(({ name }) => `link set ${name} promisc on`),
    ...node.interfaces.flatMap((one) => addressLines(one)),
    // Bridges last: with a carrier from the start they pass frames at once, else the kernel lets them wait for a second.
    ...[...rising.filter(({ kind }) => kind !== 'bridge'), ...rising.filter(({ kind }) => kind === 'bridge')].map(
      ({ name }) => `link set ${name} up`,
    ),
    ...node.interfaces
      .filter(({ hairpin }) => hairpin.kind === 'known' && hairpin.value)
      .map(({ name }) => `link set ${name} type bridge_slave hairpin on`),
    ...node.neighbours.flatMap(({ address, device, mac, state }) =>
      state === 'PERMANENT' && mac !== undefined
        ? [`neigh replace ${printAddress(address)} lladdr ${printMac(mac)} dev ${device} nud permanent`]
        : [],
    ),
  ];
}

/** Loopback's own address comes by itself when it goes up; adding it again is refused, so it is left out. */
export const addressLines4 = ({ name, kind, addresses }: Interface): readonly string[] =>
  addresses
    .filter(({ local }) => !(kind === 'loopback' && local === 0x7f000001))
    .map((one) => `addr add ${written(one)} dev ${name}`);

function written(one: InterfaceAddress): string {
  const { local, address, length, scope, broadcast } = one;
  const own = printAddress(local);
  const prefix = holds(one, local) ? `${own}/${length}` : `${own} peer ${printAddress(address)}/${length}`;
  return `${prefix}${broadcast === undefined ? '' : ` broadcast ${printAddress(broadcast)}`} scope ${scope}`;
}

/** Devices that must be up and running before a packet is sent: all that are up and can have a carrier. */
export const risingDevices = (node: Node): readonly string[] =>
  node.interfaces
    .filter(({ up, carrier, kind }) => up && carrier && kind !== 'loopback')
    .filter(
      (one) =>
        one.kind !== 'bridge' ||
        node.interfaces.some(({ master, up, carrier }) => master === one.name && up && carrier),
    )
    .map(({ name }) => name);
