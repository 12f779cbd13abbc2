import { flag, someOf } from '../codec/name.ts';
import { plainText } from '../codec/text.ts';
import { type Zone, zone } from '../codec/zone.ts';
import type { Effect, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

// biome-ignore format: a table
const EVENTS = ['new', 'related', 'destroy', 'reply', 'assured', 'protoinfo', 'helper', 'mark', 'natseqinfo', 'secmark'] as const;
const EXPECTATIONS = ['new'] as const;

const ONE_WAY = '-j CT --zone-orig, --zone-reply: a zone for one direction only is not modelled';
const BY_MARK = '-j CT --zone mark: a zone that depends on the mark is not modelled';

interface Said {
  readonly notrack?: Given<true>;
  readonly zone?: Given<Zone>;
  readonly 'zone-orig'?: Given<Zone>;
  readonly 'zone-reply'?: Given<Zone>;
}

function effect(said: Said, context: RuleContext): Effect<never> {
  // xt_ct_tg_check: `--notrack` comes before everything else
  if (said.notrack !== undefined) return { kind: 'notrack' };
  if ((said['zone-orig'] ?? said['zone-reply']) !== undefined)
    return { kind: 'lost', unknown: context.unknown(ONE_WAY) };
  if (said.zone?.value === 'mark') return { kind: 'lost', unknown: context.unknown(BY_MARK) };
  // events, helpers and timeouts are a template, too: a later CT or NOTRACK changes nothing
  return { kind: 'zone', zone: said.zone?.value ?? 0 };
}

export const ct = defineTarget({
  name: 'CT',
  summary: 'how connection tracking is to treat the packet',
  source: 'net/netfilter/xt_CT.c (xt_ct_target)',
  partly: [ONE_WAY, BY_MARK],
  tables: ['raw'],
  options: {
    notrack: option(flag),
    helper: option(plainText(15, 'HELPER')),
    timeout: option(plainText(31, 'POLICY')),
    ctevents: option(someOf('event', EVENTS)),
    expevents: option(someOf('event', EXPECTATIONS)),
    'zone-orig': option(zone, { excludes: ['zone'] }),
    'zone-reply': option(zone, { excludes: ['zone'] }),
    zone: option(zone, { idle: ({ value }) => value === 0 }),
  },
  check: ({ helper, timeout }, { protocol }) =>
    (helper ?? timeout) !== undefined && protocol === undefined
      ? 'a helper or a timeout needs the protocol (`-p`)'
      : undefined,
  apply: (said, _packet, context) => effect(said, context),
  lower: effect,
  examples: [
    { rule: '-j CT --notrack' },
    { rule: '-j CT --zone 5' },
    { rule: '-p tcp -j CT --helper ftp' },
    { rule: '-j CT --ctevents mark,new', saved: '-j CT --ctevents new,mark' },
    { rule: '-j CT --zone 65536', refused: true },
    { rule: '-j CT --helper ftp', refused: true },
  ],
});
