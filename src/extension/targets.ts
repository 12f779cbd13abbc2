import type { Target } from './extension.ts';
import { accept } from './target/accept.ts';
import { audit } from './target/audit.ts';
import { checksum } from './target/checksum.ts';
import { classify } from './target/classify.ts';
import { clusterip } from './target/clusterip.ts';
import { connmarkTarget } from './target/connmark.ts';
import { connsecmark } from './target/connsecmark.ts';
import { ct } from './target/ct.ts';
import { dnat } from './target/dnat.ts';
import { drop } from './target/drop.ts';
import { dscpTarget } from './target/dscp.ts';
import { ecnTarget } from './target/ecn.ts';
import { hmark } from './target/hmark.ts';
import { idletimer } from './target/idletimer.ts';
import { led } from './target/led.ts';
import { log } from './target/log.ts';
import { markTarget } from './target/mark.ts';
import { masquerade } from './target/masquerade.ts';
import { netmap } from './target/netmap.ts';
import { nflog } from './target/nflog.ts';
import { nfqueue } from './target/nfqueue.ts';
import { notrack } from './target/notrack.ts';
import { queue } from './target/queue.ts';
import { rateestTarget } from './target/rateest.ts';
import { redirect } from './target/redirect.ts';
import { reject } from './target/reject.ts';
import { returnTarget } from './target/return.ts';
import { secmark } from './target/secmark.ts';
import { setTarget } from './target/set.ts';
import { snat } from './target/snat.ts';
import { synproxy } from './target/synproxy.ts';
import { tcpmss } from './target/tcpmss.ts';
import { tcpoptstrip } from './target/tcpoptstrip.ts';
import { tee } from './target/tee.ts';
import { tosTarget } from './target/tos.ts';
import { tproxy } from './target/tproxy.ts';
import { trace } from './target/trace.ts';
import { ttlTarget } from './target/ttl.ts';

/** Every target that is known, the built-in verdicts among them. */
export const TARGETS: readonly Target[] = [
  accept,
  audit,
  checksum,
  classify,
  clusterip,
  connmarkTarget,
  connsecmark,
  ct,
  dnat,
  drop,
  dscpTarget,
  ecnTarget,
  hmark,
  idletimer,
  led,
  log,
  markTarget,
  masquerade,
  netmap,
  nflog,
  nfqueue,
  notrack,
  queue,
  rateestTarget,
  redirect,
  reject,
  returnTarget,
  secmark,
  setTarget,
  snat,
  synproxy,
  tcpmss,
  tcpoptstrip,
  tee,
  tosTarget,
  tproxy,
  trace,
  ttlTarget,
];
