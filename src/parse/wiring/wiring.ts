import type { Setting } from '../../network/network.ts';
import type { SeenInterface } from '../ip/seen.ts';
import type { Word } from '../source.ts';

/** `network.yaml` as written, every name with its place. */
export interface Wiring {
  readonly kernelDefaults: boolean;
  /** Nodes for which alone kernel defaults are assumed. */
  readonly defaultsFor: readonly Word[];
  readonly links: readonly WiredLink[];
  readonly nodes: ReadonlyMap<string, DescribedNode>;
  readonly names: readonly { readonly name: Word; readonly node: Word }[];
}

export interface WiredLink {
  readonly name: Word;
  readonly ends: readonly WiredEnd[];
}

/** `compute-1:eth2` */
export interface WiredEnd {
  readonly at: Word;
  readonly node: string;
  readonly interface: string;
  readonly ownAddressOnly: boolean;
}

/** A node described by hand, or what is added to a captured one. */
export interface DescribedNode {
  readonly name: Word;
  readonly kernelDefaults: boolean;
  readonly interfaces: readonly SeenInterface[];
  readonly interfacesAt?: Word;
  readonly routes: readonly Word[];
  readonly routesAt?: Word;
  readonly settings: ReadonlyMap<string, Setting>;
}

export const NO_WIRING: Wiring = { kernelDefaults: false, defaultsFor: [], links: [], nodes: new Map(), names: [] };
