import type { Unmodelled } from '../../network/network.ts';
import { parseMac, prefix } from '../../packet/address.ts';
import type { JsonObject } from '../json.ts';
import type { Result } from '../located.ts';
import { ADDRESS, COUNT, FLAG, LIST, OBJECT, objectsOf, optional, required, TEXT, WORDS } from '../member.ts';
import { Source, TOP } from '../source.ts';
import { flagged, gather, type WrittenAddress } from './addr-six.ts';
import { DETAIL_KEYS, unmodelledDetail, unmodelledKind } from './detail.ts';
import { kindOf, LOOPBACK, parseGroup, parseScope, SCOPES, type SeenAddress, type SeenInterface } from './seen.ts';

/** Reads `ip -d -j addr show` (without `-d`: kinds stay open). */
export function parseAddrJson(text: string, file: string): Result<readonly SeenInterface[]> {
  const source = new Source(text, file);
  const objects = objectsOf(source);
  if (objects.length === 0 && source.located.length === 0)
    source.error(TOP, 'no interface is listed', `take the capture again: ${LOOPBACK}`);
  return source.result(objects.flatMap((object) => readInterface(source, object)));
}

function readInterface(source: Source, object: JsonObject): readonly SeenInterface[] {
  const name = required(source, object, 'ifname', TEXT);
  const flags = optional(source, object, 'flags', WORDS);
  const state = optional(source, object, 'operstate', TEXT);
  const lower = optional(source, object, 'link', TEXT) ?? (object.members.has('link_index') ? 'elsewhere' : undefined);
  const master = optional(source, object, 'master', TEXT);
  const mtu = optional(source, object, 'mtu', COUNT) ?? 1500;
  const group = parseGroup(optional(source, object, 'group', TEXT) ?? '');
  const mac = readMac(source, object);
  const listed = (optional(source, object, 'addr_info', LIST) ?? []).filter((item) => item.kind === 'object');
  const addresses = listed.flatMap((item) => readAddress(source, item));
  const six = listed.flatMap((item) => writtenSix(source, item));
  if (name === undefined) return [];
  const place = source.place(object.members.get('ifname')?.value.span ?? object.span);
  return [
    {
      name,
      mtu,
      addresses,
      place,
      ...(lower !== undefined && { lower }),
      ...(flags !== undefined && { flags: new Set(flags) }),
      ...(state !== undefined && { state }),
      ...(group !== undefined && { group }),
      // `ip -4` prints no link layer
      ...((six.length > 0 || object.members.has('link_type')) && { six: gather(source, name, six) }),
      ...(mac !== undefined && { mac }),
      ...(master !== undefined && {
        master: { name: master, place: source.place(object.members.get('master')?.value.span ?? object.span) },
      }),
      ...readDetails(source, object, name),
    },
  ];
}

function readMac(source: Source, object: JsonObject): number | undefined {
  const type = optional(source, object, 'link_type', TEXT);
  const text = optional(source, object, 'address', TEXT);
  const mac = text === undefined ? undefined : parseMac(text);
  const at = object.members.get('address')?.value.span;
  if ((type === 'ether' || type === 'loopback') && mac === undefined && at !== undefined)
    source.error(at, `\`${text}\` is no MAC address`, 'a MAC address is six hexadecimal bytes with colons');
  return mac;
}

/** What `-d` adds: the kind of the device, and how a bridge treats the port. */
function readDetails(
  source: Source,
  object: JsonObject,
  name: string,
): Pick<SeenInterface, 'kind' | 'vlan' | 'hairpin' | 'portState' | 'unmodelled'> {
  const info = optional(source, object, 'linkinfo', OBJECT);
  const loopback = optional(source, object, 'link_type', TEXT) === 'loopback';
  const kind = info && optional(source, info, 'info_kind', TEXT);
  const data = info && optional(source, info, 'info_data', OBJECT);
  const port =
    info && optional(source, info, 'info_slave_kind', TEXT) === 'bridge'
      ? optional(source, info, 'info_slave_data', OBJECT)
      : undefined;
  const vlan = kind === 'vlan' && data ? optional(source, data, 'id', COUNT) : undefined;
  const hairpin = port && optional(source, port, 'hairpin', FLAG);
  const portState = port && optional(source, port, 'state', TEXT);
  // `promiscuity` is printed with -d only, so a plain device is told from one whose kind is not shown
  const shown = loopback
    ? 'loopback'
    : kind !== undefined
      ? kindOf(kind)
      : object.members.has('promiscuity')
        ? 'ethernet'
        : undefined;
  return {
    ...(shown !== undefined && { kind: shown }),
    ...(vlan !== undefined && { vlan }),
    ...(hairpin !== undefined && { hairpin }),
    ...(portState !== undefined && { portState }),
    unmodelled: [
      ...detailsOf(source, kind === 'bridge' ? data : undefined, name),
      ...detailsOf(source, port, name),
      ...(kind === undefined
        ? []
        : unmodelledKind(name, kind, source.place(info?.members.get('info_kind')?.value.span ?? object.span))),
    ],
  };
}

/** The attributes in an object that the model does not know. */
export function detailsOf(source: Source, object: JsonObject | undefined, name: string): readonly Unmodelled[] {
  return DETAIL_KEYS.flatMap((key) => {
    const member = object?.members.get(key);
    if (
      member === undefined ||
      member.value.kind === 'object' ||
      member.value.kind === 'array' ||
      member.value.kind === 'null'
    )
      return [];
    return unmodelledDetail(name, key, String(member.value.value), source.place(member.key));
  });
}

function readAddress(source: Source, object: JsonObject): readonly SeenAddress[] {
  if (optional(source, object, 'family', TEXT) !== 'inet') return [];
  const local = required(source, object, 'local', ADDRESS);
  const length = required(source, object, 'prefixlen', COUNT);
  const peer = optional(source, object, 'address', ADDRESS);
  const broadcast = optional(source, object, 'broadcast', ADDRESS);
  const scopeText = optional(source, object, 'scope', TEXT) ?? 'global';
  const scope = parseScope(scopeText);
  const secondary = optional(source, object, 'secondary', FLAG) ?? false;
  const noPrefixRoute = optional(source, object, 'noprefixroute', FLAG) ?? false;
  if (scope === undefined)
    source.error(object.members.get('scope')?.value.span ?? object.span, `\`${scopeText}\` is no scope`, SCOPES);
  if (length !== undefined && length > 32)
    source.error(
      object.members.get('prefixlen')?.value.span ?? object.span,
      `\`${length}\` is no prefix length`,
      'an IPv4 prefix has 0 to 32 bits',
    );
  if (local === undefined || length === undefined || length > 32 || scope === undefined) return [];
  const place = source.place(object.members.get('local')?.value.span ?? object.span);
  return [
    {
      ...prefix(peer ?? local, length),
      local,
      scope,
      secondary,
      noPrefixRoute,
      place,
      ...(broadcast !== undefined && { broadcast }),
    },
  ];
}

const textOf = (object: JsonObject, key: string): string | undefined => {
  const value = object.members.get(key)?.value;
  return value?.kind === 'string' || value?.kind === 'number' ? String(value.value) : undefined;
};

function writtenSix(source: Source, object: JsonObject): readonly WrittenAddress[] {
  if (optional(source, object, 'family', TEXT) !== 'inet6') return [];
  const [local = '', peer, length = ''] = ['local', 'address', 'prefixlen'].map((key) => textOf(object, key));
  const isSet = (flag: string): boolean => object.members.get(flag)?.value.kind === 'boolean';
  return [
    {
      at: object.members.get('local')?.value.span ?? { ...object.span, length: 1 },
      local,
      shown: `${peer ?? local}/${length}`,
      scope: textOf(object, 'scope') ?? 'global',
      flags: flagged(isSet),
    },
  ];
}
