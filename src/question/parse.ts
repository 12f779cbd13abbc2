import { findInterface, nodeOf } from '../network/access.ts';
import { inFamily } from '../network/family.ts';
import type { Network, Node } from '../network/network.ts';
import type { Address } from '../packet/address.ts';
import { familyOf as familyOfAddress, holds, parseAnyPrefix, rangesOf } from '../packet/address.ts';
import type { Source } from '../packet/exchange.ts';
import type { Family } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import { intersect, isEmpty, type Ranges, ranges } from '../packet/ranges.ts';
import { LINK_LOCAL } from '../parse/ip/six-prefixes.ts';
import type { Located, Result } from '../parse/located.ts';
import { didYouMean, nearest } from '../parse/nearest.ts';
import { type Pinned, pin } from './clauses.ts';
import { complain } from './complaint.ts';
import { familyOf } from './family.ts';
import { type Complain, resolveSource, resolveTarget, targetAddresses } from './places.ts';
import { type Question, SERVICES, type Target } from './question.ts';
import { SENDABLE } from './sender.ts';
import { type AskedSyntax, type PlaceSyntax, parseSyntax } from './syntax.ts';

type ReachSyntax = Extract<AskedSyntax, { kind: 'reach' }>;
type ServiceSyntax = Extract<AskedSyntax, { kind: 'service' }>;

/**
 * Reads a question (contract, section 2) and resolves its names in the network. Errors stand in the file `<question>`,
 * all of them at once.
 */
export function parseQuestion(text: string, network: Network): Result<Question> {
  const syntax = parseSyntax(text);
  if ('severity' in syntax) return { located: [syntax] };
  const located: Located[] = [];
  const report: Complain = (at, message, advice) => void located.push(complain(text, at, message, advice));
  const question =
    syntax.kind === 'reach' ? reach(text, syntax, network, report) : service(text, syntax, network, report);
  located.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  return question === undefined || located.length > 0 ? { located } : { value: question, located };
}

function reach(text: string, syntax: ReachSyntax, all: Network, report: Complain): Question | undefined {
  const family = familyOf(syntax.target, syntax.clauses, all);
  const network = inFamily(all, family);
  const source = resolveSource(syntax.source, network, report);
  const target = resolveTarget(syntax.target, network, report);
  const pinned = pin(syntax.clauses, family, report);
  if (source === undefined || target === undefined) return undefined;
  complainOfFamily(syntax.target, target, family, report);
  complainOfSource(source, pinned, family, report);
  const { anySource, state, back } = pinned;
  const packets = towards(target, pinned, network, report);
  const bound = boundTo(source, pinned, zoneOf(syntax.target, source, network, report));
  const asked = { source: bound, target, packets, anySource, state, back, text };
  return { kind: 'reach', ...(family === 6 ? { family } : {}), quantifier: syntax.quantifier, ...asked };
}

const boundTo = (source: Source, { packets }: Pinned, device: string | undefined): Source =>
  source.kind === 'socket'
    ? { ...source, bound: packets.src !== undefined, ...(device === undefined ? {} : { device }) }
    : source;

/** The device that a zone names (RFC 4007): one of the sender's. */
function zoneOf(place: PlaceSyntax, source: Source, network: Network, report: Complain): string | undefined {
  const zone = place.kind === 'name' ? /%(.*)$/.exec(place.text)?.[1] : undefined;
  if (zone === undefined) {
    if (source.kind === 'socket' && place.kind === 'name') complainOfLink(place, report);
    return undefined;
  }
  const at = place.at;
  const node = nodeOf(network, source.node);
  if (network.family !== 6) report(at, 'an address of IPv4 has no zone', 'leave out what stands behind the `%`');
  else if (source.kind !== 'socket')
    report(at, 'a zone is for a node as source', 'a frame from the wire has its interface');
  else if (findInterface(node, zone) === undefined)
    report(
      at,
      `no interface \`${zone}\` on \`${node.name}\``,
      didYouMean(
        zone,
        node.interfaces.map(({ name }) => name),
      ),
    );
  return zone;
}

/** A socket that is bound to no device has none for a link-local destination (tcp_v6_connect: EINVAL). */
function complainOfLink({ text, at }: Extract<PlaceSyntax, { kind: 'name' }>, report: Complain): void {
  const prefix = parseAnyPrefix(text);
  if (prefix !== undefined && holds(LINK_LOCAL, prefix.address) && prefix.length === 128)
    report(at, 'a link-local address is one of every link', `write its device: \`${text}%eth0\``);
}

function complainOfFamily(place: PlaceSyntax, target: Target, family: Family, report: Complain): void {
  if (target.kind === 'prefix' && familyOfAddress(target.prefix.address) !== family)
    report(place.at, `an address of IPv4 as target of a question about IPv6`, 'ask about one of them');
}

/** Fields that such a source has no say in. */
function complainOfSource(source: Source, { at, packets }: Pinned, family: Family, report: Complain): void {
  const mac = at.get('macSrc');
  const mark = at.get('mark');
  const src = at.get('src');
  const sources = packets.src ?? [];
  if (
    src !== undefined &&
    source.kind === 'socket' &&
    !isEmpty(sources) &&
    isEmpty(intersect(sources, SENDABLE[family]))
  )
    report(src, 'the kernel sends nothing from such a source', 'ask from `NODE:IFACE` for a frame from the wire');
  if (mac !== undefined && source.kind === 'socket')
    report(
      mac,
      'a node as source sends with the MAC address of its own interface',
      'ask from `NODE:IFACE` for a frame from the wire',
    );
  if (mark !== undefined && source.kind !== 'socket' && isEmpty(intersect(packets.mark ?? [], [[0, 0]])))
    report(mark, 'a frame from the wire has no mark', 'marks are set by a node as source, and by rules');
}

/** The addresses that a question's packets are sent to; `with dst` may narrow the target, not leave it. */
export function targetRanges(target: Target, network: Network): Ranges<Address> | undefined {
  switch (target.kind) {
    case 'prefix':
      return rangesOf(target.prefix);
    case 'node':
      return ranges(targetAddresses(network.nodes.get(target.node) as Node).map((address) => [address, address]));
    case 'outside':
      return undefined;
  }
}

function towards(target: Target, { packets, at }: Pinned, network: Network, report: Complain): PacketClass {
  const aimed = targetRanges(target, network);
  if (aimed === undefined) return packets;
  const dst = packets.dst === undefined ? aimed : intersect(packets.dst, aimed);
  const place = at.get('dst');
  if (isEmpty(dst) && place !== undefined && !isEmpty(packets.dst ?? []))
    report(place, '`dst` lies outside the target', 'no packet is meant');
  return { ...packets, dst };
}

function service(text: string, syntax: ServiceSyntax, network: Network, report: Complain): Question | undefined {
  const name = SERVICES.find((one) => one === syntax.service.text.toLowerCase());
  if (name === undefined) complainOfService(syntax, report);
  const between = endsOf(syntax, network, report);
  const anyState = syntax.clauses.some(({ kind }) => kind === 'any state');
  for (const clause of syntax.clauses)
    if (clause.kind !== 'between' && clause.kind !== 'any state')
      report(clause.at, 'a service says itself which packets it needs', 'ask `does A always reach B` for others');
  const { state } = pin(anyState ? [{ kind: 'any state', at: [0, 0] }] : [], 4, report);
  return name && { kind: 'service', service: name, ...(between && { between }), state, text };
}

function complainOfService(syntax: ServiceSyntax, report: Complain): void {
  const meant = nearest(syntax.service.text, SERVICES);
  report(
    syntax.service.at,
    `\`${syntax.service.text}\` is no service`,
    meant === undefined ? `services are ${SERVICES.join(', ')}` : `did you mean \`${meant}\`?`,
  );
}

function endsOf(syntax: ServiceSyntax, network: Network, report: Complain): readonly [Source, Target] | undefined {
  const between = syntax.clauses.flatMap((clause) => (clause.kind === 'between' ? [clause] : []));
  for (const extra of between.slice(1)) report(extra.at, '`between` is said twice', 'ask once for each pair');
  const [one] = between;
  if (one === undefined) return undefined;
  const seen = inFamily(network, familyOf(one.to, [], network));
  const from = resolveSource(one.from, seen, report);
  const to = resolveTarget(one.to, seen, report);
  return from && to && [from, to];
}
