import { PROTOCOL } from '../../packet/field.ts';
import { aliased, oneOf } from '../codec/name.ts';
import type { Effect } from '../definition.ts';
import { defineTarget, type Standing } from '../extension.ts';
import { type Given, option } from '../option.ts';

// the order decides what an abbreviation such as `icmp-net` means (libipt_REJECT.c takes the first that begins so)
const ANSWERS = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-proto-unreachable',
  'icmp-port-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'tcp-reset',
  'icmp-admin-prohibited',
] as const;
type Answer = (typeof ANSWERS)[number];

const answer = aliased(oneOf('answer', ANSWERS, 'prefix'), {
  'net-unreach': 'icmp-net-unreachable',
  'host-unreach': 'icmp-host-unreachable',
  'proto-unreach': 'icmp-proto-unreachable',
  'port-unreach': 'icmp-port-unreachable',
  'net-prohib': 'icmp-net-prohibited',
  'host-prohib': 'icmp-host-prohibited',
  'tcp-rst': 'tcp-reset',
  'admin-prohib': 'icmp-admin-prohibited',
});

const USUAL: Given<Answer> = { value: 'icmp-port-unreachable', inverted: false };
type Said = { readonly 'reject-with'?: Given<Answer> };

const effect = ({ 'reject-with': given = USUAL }: Said): Effect<never> => ({ kind: 'reject', with: given.value });

const resets = ({ 'reject-with': given = USUAL }: Said, { protocol }: Standing) =>
  given.value === 'tcp-reset' && protocol !== PROTOCOL.TCP ? 'a TCP reset answers only `-p tcp`' : undefined;

export const reject = defineTarget({
  name: 'REJECT',
  summary: 'the packet is dropped and the sender told',
  source: 'net/ipv4/netfilter/ipt_REJECT.c (reject_tg)',
  families: [4],
  tables: ['filter'],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT'],
  options: { 'reject-with': option(answer) },
  complete: (given) => ({ 'reject-with': USUAL, ...given }),
  check: resets,
  apply: effect,
  lower: effect,
  examples: [
    { rule: '-j REJECT', saved: '-j REJECT --reject-with icmp-port-unreachable' },
    { rule: '-j REJECT --reject-with icmp-net', saved: '-j REJECT --reject-with icmp-net-unreachable' },
    { rule: '-p tcp -j REJECT --reject-with tcp-rst', saved: '-p tcp -j REJECT --reject-with tcp-reset' },
    { rule: '-j REJECT --reject-with icmp-host-prohibited' },
    { rule: '-j REJECT --reject-with tcp-reset', refused: true },
    { rule: '-j REJECT --reject-with echo-reply', refused: true },
  ],
});
