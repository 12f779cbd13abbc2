import type { Place } from '../packet/place.ts';
import { nodeOf } from './access.ts';
import { setFlag } from './edit-interface.ts';
import { deleteRule, insertRule, setPolicy } from './edit-ruleset.ts';
import type { Link, LinkEnd, Network, Node, Setting } from './network.ts';
import type { Rule, Ruleset, TableName } from './ruleset.ts';

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
      readonly table: TableName;
      readonly chain: string;
      readonly number: number;
    }
  /** The rule becomes the `number`th of its chain. */
  | {
      readonly kind: 'insert';
      readonly node: string;
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
      return onNode(network, change.node, (node) => ({ ...node, settings: setting(node, change) }));
    case 'flag':
      return onNode(network, change.node, (node) =>
        setFlag(node, change.interface, change.flag, change.value, change.place),
      );
    case 'policy':
      return onRules(network, change.node, (rules) =>
        setPolicy(rules, change.table, change.chain, change.policy, change.place),
      );
    case 'mac-filter':
      return { ...network, links: network.links.map((link) => filtered(link, change)) };
    case 'delete':
      return onRules(network, change.node, (rules) => deleteRule(rules, change.table, change.chain, change.number));
    case 'insert':
      return onRules(network, change.node, (rules) =>
        insertRule(rules, change.table, change.chain, change.number, change.rule),
      );
  }
}

function onNode(network: Network, name: string, change: (node: Node) => Node): Network {
  const node = nodeOf(network, name);
  return { ...network, nodes: new Map(network.nodes).set(name, change(node)) };
}

function onRules(network: Network, name: string, change: (ruleset: Ruleset) => Ruleset): Network {
  return onNode(network, name, (node) => {
    if (node.ruleset.kind === 'unknown') throw new Error(`the rules of ${name} are not known`);
    return { ...node, ruleset: { ...node.ruleset, value: change(node.ruleset.value) } };
  });
}

const FORWARDING = /^net\.ipv4\.conf\.(?:.+)\.forwarding$/;

/**
 * Writing `ip_forward` (or `conf.all.forwarding`, the same switch) writes the flag of every interface
 * (devinet.c, inet_forward_change); every other key stands for itself.
 */
function setting(node: Node, { key, value, place }: Extract<Edit, { kind: 'setting' }>): ReadonlyMap<string, Setting> {
  const settings = new Map(node.settings);
  if (key !== 'net.ipv4.ip_forward' && key !== 'net.ipv4.conf.all.forwarding')
    return settings.set(key, { value, place });
  for (const other of node.settings.keys()) if (FORWARDING.test(other)) settings.delete(other);
  return settings.set('net.ipv4.ip_forward', { value, place });
}

function filtered(link: Link, { link: name, ownAddressOnly }: Extract<Edit, { kind: 'mac-filter' }>): Link {
  if (link.name !== name) return link;
  return { ...link, ends: link.ends.map((end) => ({ ...end, ownAddressOnly: ownAddressOnly(end) })) };
}
