import type { Place } from '../packet/place.ts';
import { nodeOf } from './access.ts';
import { setFlag } from './edit-interface.ts';
import { deleteRule, insertRule, setPolicy } from './edit-ruleset.ts';
import { sixDisabled, sixForwarding } from './edit-six.ts';
import type { Link, LinkEnd, Network, Node } from './network.ts';
import type { Rule, Ruleset, TableName } from './ruleset.ts';
import type { Known } from './unknown.ts';

/** One change to a network: a what-if. Whoever makes one has checked that what it names is there. */
export type Edit =
  | {
      readonly kind: 'setting';
      readonly node: string;
      readonly key: string;
      readonly value: string;
      readonly place: Place;
    }
  | {
      readonly kind: 'flag';
      readonly node: string;
      readonly interface: string;
      readonly flag: 'up' | 'promisc' | 'hairpin';
      readonly value: boolean;
      readonly place: Place;
    }
  | {
      readonly kind: 'policy';
      readonly node: string;
      /** Whose rules; absent: those of iptables. */
      readonly family?: 6;
      readonly table: TableName;
      readonly chain: string;
      readonly policy: 'ACCEPT' | 'DROP';
      readonly place: Place;
    }
  /** Which ends of a link get only frames to their own address; every other end gets all. */
  | { readonly kind: 'mac-filter'; readonly link: string; readonly ownAddressOnly: (end: LinkEnd) => boolean }
  /** `number` counts from 1, at the moment of the edit. */
  | {
      readonly kind: 'delete';
      readonly node: string;
      /** Whose rules; absent: those of iptables. */
      readonly family?: 6;
      readonly table: TableName;
      readonly chain: string;
      readonly number: number;
    }
  /** The rule becomes the `number`th of its chain. */
  | {
      readonly kind: 'insert';
      readonly node: string;
      /** Whose rules; absent: those of iptables. */
      readonly family?: 6;
      readonly table: TableName;
      readonly chain: string;
      readonly number: number;
      readonly rule: Rule;
    };

/**
 * The network with one thing changed; everything else is the same value as before.
 * @throws Error if it names something that the network does not have
 */
export function edit(network: Network, change: Edit): Network {
  switch (change.kind) {
    case 'setting':
      return onNode(network, change.node, (node) => setting(node, change));
    case 'flag':
      return onNode(network, change.node, (node) =>
        setFlag(node, change.interface, change.flag, change.value, change.place),
      );
    case 'policy':
      return onRules(network, change, (rules) =>
        setPolicy(rules, change.table, change.chain, change.policy, change.place),
      );
    case 'mac-filter':
      return { ...network, links: network.links.map((link) => filtered(link, change)) };
    case 'delete':
      return onRules(network, change, (rules) => deleteRule(rules, change.table, change.chain, change.number));
    case 'insert':
      return onRules(network, change, (rules) =>
        insertRule(rules, change.table, change.chain, change.number, change.rule),
      );
  }
}

function onNode(network: Network, name: string, change: (node: Node) => Node): Network {
  const node = nodeOf(network, name);
  return { ...network, nodes: new Map(network.nodes).set(name, change(node)) };
}

function onRules(
  network: Network,
  { node: name, family }: { readonly node: string; readonly family?: 6 },
  change: (ruleset: Ruleset) => Ruleset,
): Network {
  const changed = <T extends { readonly ruleset: Known<Ruleset> }>(holder: T): T => {
    if (holder.ruleset.kind === 'unknown') throw new Error(`the rules of ${name} are not known`);
    return { ...holder, ruleset: { ...holder.ruleset, value: change(holder.ruleset.value) } };
  };
  return onNode(network, name, (node) => {
    if (family === undefined) return changed(node);
    if (node.six === undefined) throw new Error(`nothing of IPv6 is known of ${name}`);
    return { ...node, six: changed(node.six) };
  });
}

/** Keys that the kernel writes through to every interface, with the one that holds for all of them then. */
const THROUGH: readonly { readonly key: RegExp; readonly own: RegExp; readonly held: string }[] = [
  {
    key: /^net\.ipv4\.(ip_forward|conf\.all\.forwarding)$/, // devinet.c, inet_forward_change
    own: /^net\.ipv4\.conf\.(?:.+)\.forwarding$/,
    held: 'net.ipv4.ip_forward',
  },
  {
    key: /^net\.ipv6\.conf\.all\.forwarding$/, // addrconf.c, addrconf_fixup_forwarding
    own: /^net\.ipv6\.conf\.(?:.+)\.forwarding$/,
    held: 'net.ipv6.conf.all.forwarding',
  },
];

const SIX_SWITCH = /^net\.ipv6\.conf\.(.+)\.(forwarding|disable_ipv6)$/;

/** Every other key stands for itself; switches of IPv6 change addresses and routes, too. */
function setting(node: Node, { key, value, place }: Extract<Edit, { kind: 'setting' }>): Node {
  const settings = new Map(node.settings);
  const through = THROUGH.find((one) => one.key.test(key));
  for (const other of node.settings.keys()) if (through?.own.test(other) === true) settings.delete(other);
  settings.set(through?.held ?? key, { value, place });
  const changed = { ...node, settings };
  const [, device = '', name] = SIX_SWITCH.exec(key) ?? [];
  if (name === undefined) return changed;
  const on = Number(value) !== 0;
  return name === 'forwarding' ? sixForwarding(changed, device, on, place) : disabled(changed, device, on, place);
}

/** `conf.all.disable_ipv6` writes that of every interface (addrconf_disable_change). */
function disabled(node: Node, device: string, off: boolean, place: Place): Node {
  const settings = new Map(node.settings);
  const own = ['default', ...node.interfaces.map(({ name }) => name)];
  const value = { value: off ? '1' : '0', place };
  if (device === 'all') for (const name of own) settings.set(`net.ipv6.conf.${name}.disable_ipv6`, value);
  return sixDisabled({ ...node, settings }, device, off, place);
}

function filtered(link: Link, { link: name, ownAddressOnly }: Extract<Edit, { kind: 'mac-filter' }>): Link {
  if (link.name !== name) return link;
  return { ...link, ends: link.ends.map((end) => ({ ...end, ownAddressOnly: ownAddressOnly(end) })) };
}
