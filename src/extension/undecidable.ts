import { readLengths } from './verbatim.ts';

/** An extension whose answer no snapshot shows: why, and the options that belong to it. */
export interface Undecidable {
  readonly reason: string;
  /** How many words each option takes. */
  readonly options: ReadonlyMap<string, number>;
}

const row = (reason: string, options = ''): Undecidable => ({ reason, options: readLengths(options) });

const TIME = 'depends on packets that passed before';
const PAYLOAD = 'depends on bytes of the packet that are not modelled';
const CHANCE = 'depends on chance';

/** Matches, by name. */
// biome-ignore format: a table
export const UNDECIDABLE_MATCHES: Readonly<Record<string, Undecidable>> = {
  condition:   row('depends on a switch in /proc', 'condition=1'),
  fuzzy:       row(CHANCE, 'lower-limit=1 upper-limit=1'),
  geoip:       row('depends on a data base of addresses', 'src-cc=1 dst-cc=1 source-country=1 destination-country=1'),
  icmp6:       row('IPv6 is not modelled', 'icmpv6-type=1'),
  ipp2p:       row(PAYLOAD, 'edk dc kazaa gnu bit apple winmx soul ares debug'),
  layer7:      row(PAYLOAD, 'l7dir=1 l7proto=1'),
  nth:         row(TIME, 'every=1 counter=1 start=1 packet=1'),
  psd:         row(TIME, 'psd-weight-threshold=1 psd-delay-threshold=1 psd-lo-ports-weight=1 psd-hi-ports-weight=1'),
  quota2:      row(TIME, 'quota=1 name=1 grow no-change packets'),
  random:      row(CHANCE, 'average=1'),
  rateest:     row(TIME, 'rateest-delta rateest1=1 rateest2=1 rateest=1 rateest-bps1=? rateest-pps1=? rateest-bps2=? rateest-pps2=? rateest-bps=? rateest-pps=? rateest-lt rateest-gt rateest-eq'),
  unclean:     row(PAYLOAD),
};

/** Targets whose effect can't be told, by name. */
// biome-ignore format: a table
export const UNDECIDABLE_TARGETS: Readonly<Record<string, Undecidable>> = {
  SAME:      row('depends on a hash of the addresses', 'to=1 nodst random'),
  TARPIT:    row('the host answers TCP handshakes itself', 'tarpit honeypot reset'),
};
