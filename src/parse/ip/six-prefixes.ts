import { type Prefix, parseAnyPrefix } from '../../packet/address.ts';

const six = (text: string): Prefix => parseAnyPrefix(text)!;

/** The prefix of addresses that each link has of its own (RFC 4291, section 2.5.6). */
export const LINK_LOCAL = six('fe80::/10');
/** Every group (RFC 4291, section 2.7). */
export const GROUPS = six('ff00::/8');
