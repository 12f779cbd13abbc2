import type { Match } from './extension.ts';
import { addrtype } from './match/addrtype.ts';
import { ah } from './match/ah.ts';
import { bpf } from './match/bpf.ts';
import { cgroup } from './match/cgroup.ts';
import { cluster } from './match/cluster.ts';
import { comment } from './match/comment.ts';
import { connbytes } from './match/connbytes.ts';
import { connlabel } from './match/connlabel.ts';
import { connlimit } from './match/connlimit.ts';
import { connmark } from './match/connmark.ts';
import { conntrack } from './match/conntrack.ts';
import { cpu } from './match/cpu.ts';
import { dccp } from './match/dccp.ts';
import { devgroup } from './match/devgroup.ts';
import { dscp } from './match/dscp.ts';
import { ecn } from './match/ecn.ts';
import { esp } from './match/esp.ts';
import { hashlimit } from './match/hashlimit.ts';
import { helper } from './match/helper.ts';
import { icmp } from './match/icmp.ts';
import { ipcomp } from './match/ipcomp.ts';
import { iprange } from './match/iprange.ts';
import { ipvs } from './match/ipvs.ts';
import { length } from './match/length.ts';
import { limit } from './match/limit.ts';
import { mac } from './match/mac.ts';
import { mark } from './match/mark.ts';
import { multiport } from './match/multiport.ts';
import { nfacct } from './match/nfacct.ts';
import { osf } from './match/osf.ts';
import { owner } from './match/owner.ts';
import { physdev } from './match/physdev.ts';
import { pkttype } from './match/pkttype.ts';
import { policy } from './match/policy.ts';
import { quota } from './match/quota.ts';
import { realm } from './match/realm.ts';
import { recent } from './match/recent.ts';
import { rpfilter } from './match/rpfilter.ts';
import { sctp } from './match/sctp.ts';
import { set } from './match/set.ts';
import { socket } from './match/socket.ts';
import { state } from './match/state.ts';
import { statistic } from './match/statistic.ts';
import { string } from './match/string.ts';
import { tcp } from './match/tcp.ts';
import { tcpmssMatch } from './match/tcpmss.ts';
import { time } from './match/time.ts';
import { tos } from './match/tos.ts';
import { ttl } from './match/ttl.ts';
import { u32 } from './match/u32.ts';
import { udp } from './match/udp.ts';

/** Every match that is known, in the order of their names. */
export const MATCHES: readonly Match[] = [
  addrtype,
  ah,
  bpf,
  cgroup,
  cluster,
  comment,
  connbytes,
  connlabel,
  connlimit,
  connmark,
  conntrack,
  cpu,
  dccp,
  devgroup,
  dscp,
  ecn,
  esp,
  hashlimit,
  helper,
  icmp,
  ipcomp,
  iprange,
  ipvs,
  length,
  limit,
  mac,
  mark,
  multiport,
  nfacct,
  osf,
  owner,
  physdev,
  pkttype,
  policy,
  quota,
  realm,
  recent,
  rpfilter,
  sctp,
  set,
  socket,
  state,
  statistic,
  string,
  tcp,
  tcpmssMatch,
  time,
  tos,
  ttl,
  u32,
  udp,
];
