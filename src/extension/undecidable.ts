import { readLengths } from './verbatim.ts';

/** An extension whose answer no snapshot shows: why, and the options that belong to it. */
export interface Undecidable {
  readonly reason: string;
  /** How many words each option takes. */
  readonly options: ReadonlyMap<string, number>;
}

const row = (reason: string, options = ''): Undecidable => ({ reason, options: readLengths(options) });

const TIME = 'depends on packets that passed before';
const PROCESS = 'depends on the process that sends or receives';
const PAYLOAD = 'depends on bytes of the packet that are not modelled';
const CHANCE = 'depends on chance';
const ROUTE = 'depends on a route lookup that is not modelled';

/** Matches, by name. */
// biome-ignore format: a table
export const UNDECIDABLE_MATCHES: Readonly<Record<string, Undecidable>> = {
  ah:          row('the header of IPsec AH is not modelled', 'ahspi=1 ahlen=1 ahres'),
  bpf:         row(PAYLOAD, 'bytecode=1 object-pinned=1'),
  cgroup:      row(PROCESS, 'cgroup=1 path=1'),
  cluster:     row('depends on a hash of the flow and the state of a cluster', 'cluster-total-nodes=1 cluster-local-node=1 cluster-local-nodemask=1 cluster-hash-seed=1'),
  condition:   row('depends on a switch in /proc', 'condition=1'),
  connbytes:   row(TIME, 'connbytes=1 connbytes-dir=1 connbytes-mode=1'),
  connlabel:   row('connection labels are not modelled', 'label=1 set'),
  connlimit:   row('depends on how many connections there are', 'connlimit-upto=1 connlimit-above=1 connlimit-mask=1 connlimit-saddr connlimit-daddr'),
  cpu:         row('depends on the processor that handles the packet', 'cpu=1'),
  dccp:        row('the header of DCCP is not modelled', 'sport=1 source-port=1 dport=1 destination-port=1 dccp-types=1 dccp-option=1'),
  devgroup:    row('groups of devices are not in a snapshot', 'src-group=1 dst-group=1'),
  ecn:         row('ECN bits of the TCP header are not modelled apart', 'ecn-tcp-cwr ecn-tcp-ece ecn-ip-ect=1'),
  esp:         row('the header of IPsec ESP is not modelled', 'espspi=1'),
  fuzzy:       row(CHANCE, 'lower-limit=1 upper-limit=1'),
  geoip:       row('depends on a data base of addresses', 'src-cc=1 dst-cc=1 source-country=1 destination-country=1'),
  hashlimit:   row(TIME, 'hashlimit=1 hashlimit-upto=1 hashlimit-above=1 hashlimit-burst=1 hashlimit-mode=1 hashlimit-srcmask=1 hashlimit-dstmask=1 hashlimit-name=1 hashlimit-htable-size=1 hashlimit-htable-max=1 hashlimit-htable-expire=1 hashlimit-htable-gcinterval=1 hashlimit-rate-match hashlimit-rate-interval=1'),
  helper:      row('depends on the helper of the connection', 'helper=1'),
  icmp6:       row('IPv6 is not modelled', 'icmpv6-type=1'),
  ipcomp:      row('the header of IPComp is not modelled', 'ipcompspi=1 compres'),
  ipp2p:       row(PAYLOAD, 'edk dc kazaa gnu bit apple winmx soul ares debug'),
  ipvs:        row('IPVS is not modelled', 'ipvs vproto=1 vaddr=1 vport=1 vdir=1 vmethod=1 vportctl=1'),
  layer7:      row(PAYLOAD, 'l7dir=1 l7proto=1'),
  limit:       row(TIME, 'limit=1 limit-burst=1'),
  nfacct:      row('an accounting object that may have a quota', 'nfacct-name=1'),
  nth:         row(TIME, 'every=1 counter=1 start=1 packet=1'),
  osf:         row(PAYLOAD, 'genre=1 ttl=1 log=1'),
  owner:       row(PROCESS, 'uid-owner=1 gid-owner=1 pid-owner=1 sid-owner=1 cmd-owner=1 socket-exists suppl-groups'),
  policy:      row('IPsec policies are not modelled', 'dir=1 pol=1 strict reqid=1 spi=1 proto=1 mode=1 tunnel-src=1 tunnel-dst=1 next'),
  psd:         row(TIME, 'psd-weight-threshold=1 psd-delay-threshold=1 psd-lo-ports-weight=1 psd-hi-ports-weight=1'),
  quota:       row(TIME, 'quota=1'),
  quota2:      row(TIME, 'quota=1 name=1 grow no-change packets'),
  random:      row(CHANCE, 'average=1'),
  rateest:     row(TIME, 'rateest-delta rateest1=1 rateest2=1 rateest=1 rateest-bps1=1 rateest-pps1=1 rateest-bps2=1 rateest-pps2=1 rateest-bps=1 rateest-pps=1 rateest-lt rateest-gt rateest-eq'),
  realm:       row('realms of routes are not modelled', 'realm=1'),
  recent:      row(TIME, 'set rcheck update remove seconds=1 reap hitcount=1 rttl name=1 rsource rdest mask=1'),
  rpfilter:    row(ROUTE, 'loose validmark accept-local invert'),
  sctp:        row('chunks of SCTP are not modelled', 'sport=1 source-port=1 dport=1 destination-port=1 chunk-types=2'),
  socket:      row('depends on the sockets that are open', 'transparent nowildcard restore-skmark'),
  statistic:   row(CHANCE, 'mode=1 probability=1 every=1 packet=1'),
  string:      row(PAYLOAD, 'from=1 to=1 algo=1 string=1 hex-string=1 icase'),
  tcpmss:      row('the options of a TCP header are not modelled', 'mss=1'),
  time:        row('depends on the time of day', 'datestart=1 datestop=1 timestart=1 timestop=1 monthdays=1 weekdays=1 days=1 kerneltz localtz utc contiguous'),
  u32:         row(PAYLOAD, 'u32=1'),
  unclean:     row(PAYLOAD),
};

/** Targets whose effect can't be told, by name. */
// biome-ignore format: a table
export const UNDECIDABLE_TARGETS: Readonly<Record<string, Undecidable>> = {
  CLUSTERIP: row('depends on the state of a cluster', 'new hashmode=1 clustermac=1 total-nodes=1 local-node=1 hash-init=1'),
  DSCP:      row('rewriting the DSCP field is not modelled yet', 'set-dscp=1 set-dscp-class=1'),
  ECN:       row('rewriting ECN bits is not modelled', 'ecn-tcp-remove ecn-tcp-cwr=1 ecn-tcp-ece=1 ecn-ip-ect=1'),
  HMARK:     row('depends on a hash of the flow', 'hmark-tuple=1 hmark-mod=1 hmark-offset=1 hmark-src-prefix=1 hmark-dst-prefix=1 hmark-sport-mask=1 hmark-dport-mask=1 hmark-spi-mask=1 hmark-sport=1 hmark-dport=1 hmark-spi=1 hmark-proto-mask=1 hmark-rnd=1'),
  NFQUEUE:   row('a program decides about the packet', 'queue-num=1 queue-balance=1 queue-bypass queue-cpu-fanout'),
  QUEUE:     row('a program decides about the packet'),
  SAME:      row('depends on a hash of the addresses', 'to=1 nodst random'),
  SET:       row('adds to or takes from a set while packets pass', 'add-set=2 del-set=2 map-set=2 exist timeout=1 map-mark map-prio map-queue'),
  SYNPROXY:  row('the host answers TCP handshakes itself', 'sack-perm timestamp wscale=1 mss=1 ecn'),
  TARPIT:    row('the host answers TCP handshakes itself', 'tarpit honeypot reset'),
  TEE:       row('a copy of the packet is sent elsewhere', 'gateway=1 oif=1'),
  TOS:       row('rewriting the TOS field is not modelled yet', 'set-tos=1 and-tos=1 or-tos=1 xor-tos=1'),
  TPROXY:    row('depends on the sockets that are open', 'on-port=1 on-ip=1 tproxy-mark=1'),
  TTL:       row('rewriting the TTL is not modelled yet', 'ttl-set=1 ttl-dec=1 ttl-inc=1'),
};
