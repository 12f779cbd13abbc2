import type { Route } from '../../network/network.ts';
import { parseAddress, prefix } from '../../packet/address.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { route, type SeenRoutes } from './route.ts';
import { isMetric } from './route-values.ts';

const HEADER = /^(Kernel IP routing table|Destination\s+Gateway\s+Genmask\s+Flags)/;

/**
 * Reads `route -n` (net-tools), which shows the main table alone and of each route its first next hop, no type but
 * unreachable, no preferred source and no tos.
 */
export function parseRouteN(text: string, file: string): Result<SeenRoutes> {
  const source = new Source(text, file);
  const routes: Route[] = [];
  source.refuseEmpty('`route -n` prints its header where there is no route');
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = source.whole(line);
    const words = source.words(line);
    if (whole.text === '' || HEADER.test(whole.text)) continue;
    if (words.length === 8 || /^(default|[\d.]+)$/.test(words[0]?.text ?? ''))
      routes.push(...readRow(source, words, whole));
    else source.note(whole, 'this line is no part of a `route -n` listing', 'delete it, or leave it: it is not read');
  }
  return source.result({ routes, showsLocal: false, showsAll: false, undecided: [] });
}

function readRow(source: Source, words: readonly Word[], whole: Word): readonly Route[] {
  const [target, gateway, mask, flags, metric, , , device] = words;
  if (!target || !gateway || !mask || !flags || !metric || !device) {
    source.error(
      whole,
      `a route of ${words.length} columns`,
      '`route -n` prints eight: Destination Gateway Genmask Flags Metric Ref Use Iface',
    );
    return [];
  }
  const via = readAddress(source, gateway);
  const address = readAddress(source, target);
  const bits = readAddress(source, mask);
  const length = bits === undefined ? undefined : lengthOf(bits);
  if (bits !== undefined && length === undefined)
    source.error(mask, `\`${mask.text}\` is no netmask`, 'a netmask is ones, then zeros');
  if (!isMetric(metric.text))
    source.error(metric, `\`${metric.text}\` is no metric`, 'a metric is a whole number up to 4294967295');
  if (!/^[UGHDMARC!]+$/.test(flags.text))
    source.error(flags, `\`${flags.text}\` are no flags of a route`, '`route -n` prints U, G, H, D, M, R, A, C and !');
  if (address === undefined || via === undefined || length === undefined) return [];
  const nowhere = device.text === '-' || device.text === '*' || flags.text.includes('!');
  return [
    route({
      // fib_flag_trans (net/ipv4/fib_trie.c): unreachable and prohibit both show as `!`, blackhole as a route by no device
      type: flags.text.includes('!') ? 'unreachable' : nowhere ? 'blackhole' : 'unicast',
      destination: prefix(address, length),
      nextHops: nowhere ? [] : [{ ...(flags.text.includes('G') && { via }), device: device.text, weight: 1 }],
      metric: Number(metric.text),
      place: source.place(target),
    }),
  ];
}

function readAddress(source: Source, word: Word): number | undefined {
  const address = word.text === '*' || word.text === 'default' || word.text === '-' ? 0 : parseAddress(word.text);
  if (address === undefined)
    source.error(word, `\`${word.text}\` is no IPv4 address`, 'give the output of `route -n`, which prints no names');
  return address;
}

function lengthOf(mask: number): number | undefined {
  const length = Array.from({ length: 33 }, (_, bits) => bits).find((bits) => 2 ** 32 - 2 ** (32 - bits) === mask);
  return length;
}
