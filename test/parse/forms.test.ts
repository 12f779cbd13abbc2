import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Network, Node } from '../../src/network/network.ts';
import { parseAddrJson } from '../../src/parse/ip/addr-json.ts';
import { parseAddrText } from '../../src/parse/ip/addr-text.ts';
import { parseArpN, parseNeighJson, printNeighbour } from '../../src/parse/ip/neighbour.ts';
import { parseRouteJson } from '../../src/parse/ip/route-json.ts';
import { parseRouteN } from '../../src/parse/ip/route-n.ts';
import { parseRouteText } from '../../src/parse/ip/route-text.ts';
import { parseRuleJson } from '../../src/parse/ip/rule-json.ts';
import { parseRuleText } from '../../src/parse/ip/rule-text.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { filesOf, ROUTER } from './folder.ts';
import { errors, placeless, read } from './said.ts';

const capture = (name: string): [text: string, file: string] => [
  readFileSync(join(ROUTER, 'router', name), 'utf8'),
  name,
];
const snapshot = (pick: (file: string) => boolean): Network =>
  read(parseSnapshot(new Map([...filesOf(ROUTER)].filter(([file]) => file.startsWith('router/') && pick(file)))));
const router = (pick: (file: string) => boolean): Node => snapshot(pick).nodes.get('router') as Node;

describe('what one host printed in several forms', () => {
  it('reads without errors, and all forms of it agree', () => {
    expect(errors(parseSnapshot(filesOf(join(ROUTER))).located)).toEqual([]);
  });

  it('ip -d -j addr and ip -d a show the same interfaces', () => {
    const json = read(parseAddrJson(...capture('ip-addr.json')));
    const detail = readFileSync(join(ROUTER, 'detail', 'ip-addr.txt'), 'utf8');
    expect(placeless(read(parseAddrText(detail, 'ip-addr.txt')))).toEqual(placeless(json));
  });

  it('ip route and ip -j route show the same routes', () => {
    expect(placeless(read(parseRouteText(...capture('ip-route.txt'))))).toEqual(
      placeless(read(parseRouteJson(...capture('ip-route.json')))),
    );
  });

  it('ip rule and ip -j rule show the same rules, and print as ip rule does', () => {
    const rules = read(parseRuleText(...capture('ip-rule.txt')));
    expect(placeless(rules)).toEqual(placeless(read(parseRuleJson(...capture('ip-rule.json')))));
    const printed = capture('ip-rule.txt')[0].replaceAll('\t', ' ').replace('ipproto tcp', 'ipproto 6');
    expect(`${rules.rules.map(({ text }) => text).join('\n')}\n`).toBe(printed);
  });

  it('arp -n and ip neigh show the same permanent entries', () => {
    const permanent = (text: string) => text.endsWith('PERMANENT');
    const [json, arp] = [read(parseNeighJson(...capture('ip-neigh.json'))), read(parseArpN(...capture('arp-n.txt')))];
    expect(arp.map(printNeighbour).filter(permanent)).toEqual(json.map(printNeighbour).filter(permanent));
  });

  it('route -n shows the main table, its first next hops and no sources', () => {
    expect(read(parseRouteN(...capture('route-n.txt'))).routes.map(({ text }) => text)).toEqual([
      'default via 192.168.56.101 dev eth1 metric 100',
      '10.0.0.0/24 dev br100 scope link',
      '10.8.0.2 dev wire1 scope link',
      'blackhole 10.9.0.0/16',
      'unreachable 10.10.0.0/16 metric 5',
      'unreachable 10.12.0.0/16',
      '10.20.0.0/16 via 10.0.0.4 dev br100',
      '192.0.2.0/31 dev wire2 scope link',
      '192.168.56.0/24 dev eth1 scope link',
      '203.0.113.4 via 10.1.9.9 dev br100',
    ]);
  });

  it('the printed routes read as themselves', () => {
    const { routes } = read(parseRouteText(...capture('ip-route.txt')));
    const again = read(parseRouteText(routes.map(({ text }) => text).join('\n'), 'again')).routes;
    expect(placeless(again)).toEqual(placeless(routes));
  });
});

describe("the kernel's own routes", () => {
  const texts = (node: Node, table: number): readonly string[] =>
    node.routes
      .filter((route) => route.table === table)
      .map(({ text }) => text)
      .toSorted();

  it('follow from the addresses: table local is derived as the kernel made it', () => {
    const shown = router((file) => !file.endsWith('txt'));
    const derived = router((file) => /ip-addr|route-n/.test(file));
    expect(texts(derived, 255)).toEqual(texts(shown, 255));
    expect(texts(shown, 255)).toHaveLength(14);
  });

  it('follow from the addresses: connected routes are derived where no capture shows routes', () => {
    const shown = router((file) => !file.endsWith('txt'));
    const kernel = texts(shown, 254).filter((text) => text.includes('scope link src'));
    expect(
      texts(
        router((file) => /ip-addr/.test(file)),
        254,
      ),
    ).toEqual(kernel);
    expect(kernel).toHaveLength(4);
  });

  it('get the source of their address where route -n shows none', () => {
    const node = router((file) => /ip-addr|route-n/.test(file));
    expect(texts(node, 254)).toContain('10.0.0.0/24 dev br100 scope link src 10.0.0.1');
    expect(texts(node, 254)).toContain('10.8.0.2 dev wire1 scope link src 10.8.0.1');
    expect(
      node.assumptions.map(({ text }) => text).filter((text) => text.startsWith('preferred sources')),
    ).toHaveLength(1);
  });
});

describe('a node that is read from the old forms', () => {
  it('is the node that is read from the new forms, but for what only the new ones show', () => {
    const [old, modern] = [
      router((file) => /addr.txt|route.txt|rule.txt|arp-n|save|ss/.test(file)),
      router((file) => !file.endsWith('txt') || /save|ss/.test(file)),
    ];
    const shared = (node: Node) => placeless(node, 'neighbours', 'assumptions', 'hairpin');
    expect(shared(old)).toEqual(shared(modern));
  });
});
