import type { FrameTableName } from '../../../src/network/frame-rules.ts';
import type { InterfaceKind } from '../../../src/network/network.ts';
import type { TableName } from '../../../src/network/ruleset.ts';

/** A network as its hosts would be set up by hand, small enough to draw and to shrink; `snapshot.ts` prints it as captures. */
export interface World {
  readonly nodes: Readonly<Record<string, WorldNode>>;
  /** `NODE:IFACE` ends by the link's name. */
  readonly links: Readonly<Record<string, readonly string[]>>;
  /** Ends where a switch delivers only to the port's own address. */
  readonly filtered: readonly string[];
}

export interface WorldNode {
  /** In the order of the kernel's index, without `lo`. */
  readonly interfaces: Readonly<Record<string, WorldInterface>>;
  /** As `ip route add` takes them; those that follow from addresses come by themselves. */
  readonly routes: readonly string[];
  /** As `ip rule show` prints them, besides the kernel's three. */
  readonly policies: readonly string[];
  readonly settings: Readonly<Record<string, number>>;
  /** Permanent neighbours: `ADDRESS DEVICE MAC`. */
  readonly neighbours: readonly string[];
  /** Addresses of `lo` besides its own. */
  readonly loopback: readonly string[];
  readonly tables: Readonly<Partial<Record<TableName, WorldTable>>>;
  /** Rules of ebtables, and of arptables. */
  readonly frames?: Readonly<Partial<Record<FrameTableName, FrameWorldTable>>>;
  /** The version of which the head of `ebtables-save` speaks. */
  readonly framesBy?: string;
  readonly arp?: FrameWorldTable;
}

export interface FrameWorldTable {
  /** Of built-in and own chains. */
  readonly policies: Readonly<Record<string, string>>;
  /** `-A CHAIN …` lines. */
  readonly rules: readonly string[];
}

export interface WorldInterface {
  readonly kind: InterfaceKind;
  /** `A.B.C.D/len` */
  readonly addresses: readonly string[];
  readonly master?: string;
  readonly up?: false;
  /** Shown as `default` if it is not given. */
  readonly group?: number;
  readonly hairpin?: true;
  readonly vlan?: { readonly parent: string; readonly id: number };
}

export interface WorldTable {
  readonly policies: Readonly<Record<string, 'ACCEPT' | 'DROP'>>;
  /** Names of its own chains. */
  readonly chains: readonly string[];
  /** `-A CHAIN …` lines. */
  readonly rules: readonly string[];
}

export const plug = (...addresses: readonly string[]): WorldInterface => ({ kind: 'ethernet', addresses });
export const port = (master: string, more: Partial<WorldInterface> = {}): WorldInterface => ({
  kind: 'ethernet',
  addresses: [],
  master,
  ...more,
});
export const bridge = (...addresses: readonly string[]): WorldInterface => ({ kind: 'bridge', addresses });
export const vlan = (parent: string, id: number, ...addresses: readonly string[]): WorldInterface => ({
  kind: 'vlan',
  addresses,
  vlan: { parent, id },
});

export const nodeOf = (interfaces: WorldNode['interfaces'], more: Partial<WorldNode> = {}): WorldNode => ({
  interfaces,
  routes: [],
  policies: [],
  neighbours: [],
  settings: {},
  loopback: [],
  tables: {},
  ...more,
});

/** A host with one cable and one gateway. */
export const hostOf = (address: string, gateway: string, more: Partial<WorldNode> = {}): WorldNode =>
  nodeOf({ eth0: plug(address) }, { routes: [`default via ${gateway} dev eth0`], ...more });

export const FORWARDING: Readonly<Record<string, number>> = { 'net.ipv4.ip_forward': 1 };
