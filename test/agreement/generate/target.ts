import fc from 'fast-check';
import type { Hook, TableName } from '../../../src/network/ruleset.ts';
import type { Text } from './match.ts';
import { PORTS } from './match.ts';
import type { Vocabulary } from './vocabulary.ts';

const MARKS: Text = fc.constantFrom(
  'MARK --set-xmark 0x1/0xffffffff',
  'MARK --set-xmark 0x2/0xffffffff',
  'MARK --or-mark 0x1',
  'MARK --and-mark 0xfe',
  'MARK --xor-mark 0x3',
);
const CONNMARKS: Text = fc.constantFrom(
  'CONNMARK --set-xmark 0x1/0xffffffff',
  'CONNMARK --save-mark',
  'CONNMARK --restore-mark',
);
const REJECTS: Text = fc.constantFrom(
  'REJECT --reject-with icmp-port-unreachable',
  'REJECT --reject-with icmp-host-prohibited',
);

/** Targets that any protocol may have, by table; `hooks` as in `match.ts`. */
export function target(words: Vocabulary, table: TableName, hooks: readonly Hook[]): Text {
  const plain = (accept: number, drop: number): readonly fc.WeightedArbitrary<string>[] => [
    { weight: accept, arbitrary: fc.constant('ACCEPT') },
    { weight: drop, arbitrary: fc.constant('DROP') },
    { weight: 1, arbitrary: fc.constant('RETURN') },
  ];
  switch (table) {
    case 'raw':
      return fc.oneof(...plain(2, 1), { weight: 2, arbitrary: fc.constant('CT --notrack') });
    case 'mangle':
      return fc.oneof(
        ...plain(2, 1),
        { weight: 6, arbitrary: MARKS },
        { weight: 2, arbitrary: CONNMARKS },
        { weight: 1, arbitrary: fc.constantFrom('TOS --set-tos 0x10/0x3f', 'TTL --ttl-dec 1', 'TTL --ttl-set 64') },
      );
    case 'nat':
      return fc.oneof(
        { weight: 1, arbitrary: fc.constant('ACCEPT') },
        { weight: 1, arbitrary: fc.constant('RETURN') },
        { weight: 8, arbitrary: natTarget(words, hooks) },
      );
    case 'filter':
      return fc.oneof(
        ...plain(5, 4),
        {
          weight: 2,
          arbitrary: hooks.every((hook) => hook !== 'PREROUTING' && hook !== 'POSTROUTING')
            ? REJECTS
            : fc.constant('DROP'),
        },
        { weight: 1, arbitrary: fc.constantFrom('LOG', '') },
      );
    case 'security':
      return fc.oneof(...plain(3, 1));
  }
}

const isDestination = (hooks: readonly Hook[]): boolean =>
  hooks.every((hook) => hook === 'PREROUTING' || hook === 'OUTPUT');
const isMasqueradable = (hooks: readonly Hook[]): boolean => hooks.every((hook) => hook === 'POSTROUTING');

function natTarget({ addresses, prefixes }: Vocabulary, hooks: readonly Hook[]): Text {
  const one = fc.constantFrom(...addresses);
  const net = fc.constantFrom(...prefixes);
  if (isDestination(hooks))
    return fc.oneof(
      { weight: 5, arbitrary: one.map((text) => `DNAT --to-destination ${text}`) },
      { weight: 1, arbitrary: fc.constant('DNAT --to-destination 127.0.0.1') },
      { weight: 2, arbitrary: fc.constant('REDIRECT') },
      { weight: 1, arbitrary: net.map((text) => `NETMAP --to ${text}`) },
    );
  if (isMasqueradable(hooks))
    return fc.oneof(
      { weight: 4, arbitrary: one.map((text) => `SNAT --to-source ${text}`) },
      { weight: 4, arbitrary: fc.constant('MASQUERADE') },
      { weight: 1, arbitrary: net.map((text) => `NETMAP --to ${text}`) },
    );
  return one.map((text) => `SNAT --to-source ${text}`);
}

/** Targets that need `-p tcp` or `-p udp`: they name ports. */
export function portedTarget({ addresses }: Vocabulary, table: TableName, hooks: readonly Hook[]): Text {
  const one = fc.constantFrom(...addresses);
  const port = fc.constantFrom(...PORTS);
  if (table === 'filter') return fc.constant('REJECT --reject-with tcp-reset');
  if (isDestination(hooks))
    return fc.oneof(
      fc.tuple(one, port).map(([text, number]) => `DNAT --to-destination ${text}:${number}`),
      port.map((number) => `REDIRECT --to-ports ${number}`),
    );
  return fc.tuple(one, fc.constantFrom('50000', '50001')).map(([text, number]) => `SNAT --to-source ${text}:${number}`);
}
