import { PROTOCOL, TCP_FLAG } from '../../packet/field.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import type { TcpFlags } from '../codec/tcpflags.ts';
import { defineTarget, type Standing } from '../extension.ts';
import { type Given, option } from '../option.ts';

/** find_syn_match: some `-m tcp` beside it must ask for SYN. */
function asksForSyn({ beside }: Standing): boolean {
  return beside.some(({ name, options }) => {
    const flags = name === 'tcp' ? (options?.['tcp-flags'] as Given<TcpFlags> | undefined) : undefined;
    return flags !== undefined && !flags.inverted && (flags.value.set & TCP_FLAG.SYN) !== 0;
  });
}

export const tcpmss = defineTarget({
  name: 'TCPMSS',
  summary: 'lowers the segment size that a SYN announces: no effect on where a packet goes',
  source: 'net/netfilter/xt_TCPMSS.c (tcpmss_tg4)',
  passive: true,
  protocols: [PROTOCOL.TCP],
  options: {
    'set-mss': option(integer(0, 65515, 'SIZE')),
    'clamp-mss-to-pmtu': option(flag),
  },
  complete: (given) =>
    given['clamp-mss-to-pmtu'] === undefined ? given : { 'clamp-mss-to-pmtu': given['clamp-mss-to-pmtu'] },
  check(given, standing) {
    if (Object.keys(given).length === 0) return 'it needs `--set-mss` or `--clamp-mss-to-pmtu`';
    if (!asksForSyn(standing)) return 'it works on SYN packets only: `-m tcp --tcp-flags SYN,RST SYN`';
    const early = standing.hooks.some((hook) => hook === 'PREROUTING' || hook === 'INPUT');
    return given['clamp-mss-to-pmtu'] !== undefined && early
      ? 'the path MTU is known where packets leave only'
      : undefined;
  },
  apply: () => ({ kind: 'continue' }),
  lower: () => ({ kind: 'continue' }),
  examples: [
    { rule: '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1460' },
    { rule: '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 65536', refused: true },
    { rule: '-p tcp -j TCPMSS --set-mss 1460', refused: true },
    { rule: '-j TCPMSS', refused: true },
  ],
});
