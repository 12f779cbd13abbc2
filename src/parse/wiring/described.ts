import type { Node as YamlNode } from 'yaml';
import { genericKey, isModelled, SETTINGS } from '../../network/access.ts';
import type { Setting } from '../../network/network.ts';
import { known as yes } from '../../network/unknown.ts';
import { holds, isGroupMac, parseAnyAddress, parseAnyPrefix, parseMac, prefix } from '../../packet/address.ts';
import type { SeenAddress, SeenInterface } from '../ip/seen.ts';
import { LINK_LOCAL } from '../ip/six-prefixes.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Word } from '../source.ts';
import { isDefaults, known } from './known.ts';
import type { DescribedNode } from './wiring.ts';
import type { Entry, Yaml } from './yaml.ts';

const LOOPBACK = prefix(0x7f000001, 8);
const NODE_KEYS = ['interfaces', 'routes', 'sysctl', 'assume'];
const INTERFACE_KEYS = ['mac', 'addresses', 'up', 'mtu', 'promisc', 'hairpin', 'master'];

/** A node of `nodes:`. */
export function describeNode(yaml: Yaml, { key, value }: Entry): DescribedNode {
  const entries = known(yaml, yaml.entries(value, `node \`${key.text}\``), NODE_KEYS);
  const entry = (name: string): Entry | undefined => entries.find((one) => one.key.text === name);
  const [interfaces, routes, assume] = [entry('interfaces'), entry('routes'), entry('assume')];
  return {
    name: key,
    kernelDefaults: assume !== undefined && isDefaults(yaml, assume.value),
    interfaces: withKinds(
      yaml,
      yaml.entries(interfaces?.value, '`interfaces`').map((one) => describeInterface(yaml, one)),
    ),
    ...(interfaces !== undefined && { interfacesAt: interfaces.key }),
    routes: yaml.items(routes?.value, '`routes`').flatMap((item) => yaml.word(item, 'a route') ?? []),
    ...(routes !== undefined && { routesAt: routes.key }),
    settings: readSettings(yaml, entry('sysctl')?.value),
  };
}

function describeInterface(yaml: Yaml, { key, value }: Entry): SeenInterface {
  const entries = known(yaml, yaml.entries(value, `interface \`${key.text}\``), INTERFACE_KEYS);
  const at = (name: string): YamlNode | undefined => entries.find((one) => one.key.text === name)?.value;
  const [mac, mtu, hairpin, master] = [
    readMac(yaml, at('mac')),
    readMtu(yaml, at('mtu')),
    readSwitch(yaml, at('hairpin')),
    at('master'),
  ];
  const bridge = master && yaml.word(master, '`master`');
  const written = readAddresses(yaml, key.text, at('addresses'));
  const flags = [
    'LOWER_UP',
    ...(readSwitch(yaml, at('up')) === false ? [] : ['UP']),
    ...(readSwitch(yaml, at('promisc')) === true ? ['PROMISC'] : []),
  ];
  return {
    name: key.text,
    flags: new Set(flags),
    ...(mac !== undefined && { mac }),
    mtu: mtu ?? (key.text === 'lo' ? 65536 : 1500),
    ...(hairpin !== undefined && { hairpin }),
    ...(bridge !== undefined && { master: { name: bridge.text, place: yaml.source.place(bridge) } }),
    addresses: written.filter(({ local }) => typeof local === 'number'),
    // the kernel lists the newest first
    six: yes(written.filter(({ local }) => typeof local === 'bigint').toReversed()),
    unmodelled: [],
    place: yaml.source.place(key),
  };
}

/** What is the master of another is a bridge; it must be there. */
function withKinds(yaml: Yaml, all: readonly SeenInterface[]): readonly SeenInterface[] {
  const bridges = new Set(all.flatMap(({ master }) => master?.name ?? []));
  for (const { master } of all)
    if (master !== undefined && !all.some(({ name }) => name === master.name))
      yaml.source.error(
        { ...master.place, length: master.name.length },
        `there is no interface \`${master.name}\``,
        didYouMean(
          master.name,
          all.map(({ name }) => name),
        ),
      );
  return all.map((one) => ({
    ...one,
    addresses: one.name === 'lo' ? withLocalhost(one) : one.addresses,
    kind: one.name === 'lo' ? 'loopback' : bridges.has(one.name) ? 'bridge' : 'ethernet',
  }));
}

/** `ip link set lo up` gives it 127.0.0.1/8 unless it has an address of that network (net/ipv4/devinet.c). */
function withLocalhost({ addresses, place }: SeenInterface): readonly SeenAddress[] {
  if (addresses.some(({ local }) => holds(LOOPBACK, local))) return addresses;
  const localhost = { ...LOOPBACK, local: 0x7f000001, scope: 254, secondary: false, noPrefixRoute: false, place };
  return [localhost, ...addresses];
}

function readMac(yaml: Yaml, node: YamlNode | undefined): number | undefined {
  const word = node && yaml.word(node, '`mac`');
  const mac = word && parseMac(word.text);
  if (word !== undefined && mac === undefined)
    yaml.source.error(word, `\`${word.text}\` is no MAC address`, 'a MAC address is six hexadecimal bytes with colons');
  if (word !== undefined && mac !== undefined && isGroupMac(mac))
    yaml.source.error(
      word,
      `\`${word.text}\` is the address of a group`,
      'the first byte of a MAC address of one interface is even',
    );
  return mac;
}

function readMtu(yaml: Yaml, node: YamlNode | undefined): number | undefined {
  const word = node && yaml.word(node, '`mtu`');
  if (word === undefined) return undefined;
  if (/^\d{2,5}$/.test(word.text) && Number(word.text) >= 68 && Number(word.text) <= 65536) return Number(word.text);
  yaml.source.error(word, `\`${word.text}\` is no mtu`, 'an mtu is 68 to 65536 bytes');
  return undefined;
}

function readSwitch(yaml: Yaml, node: YamlNode | undefined): boolean | undefined {
  const word = node && yaml.word(node, 'a switch');
  if (word === undefined) return undefined;
  if (/^(true|false|yes|no|on|off|0|1)$/.test(word.text)) return /^(true|yes|on|1)$/.test(word.text);
  yaml.source.error(word, `\`${word.text}\` is neither true nor false`, 'write `true` or `false`');
  return undefined;
}

/** As `ip addr add` takes them: without a length an address alone; one in the prefix of an earlier one is secondary. */
function readAddresses(yaml: Yaml, device: string, node: YamlNode | undefined): readonly SeenAddress[] {
  const found: SeenAddress[] = [];
  for (const item of yaml.items(node, '`addresses`')) {
    const word = yaml.word(item, 'an address');
    const [head = '', tail] = word?.text.split('/') ?? [];
    const [local, net] = [parseAnyAddress(head), parseAnyPrefix(word?.text ?? '')];
    if (word === undefined) continue;
    if (local === undefined || net === undefined) {
      yaml.source.error(
        word,
        `\`${word.text}\` is no IPv${head.includes(':') ? 6 : 4} address with its prefix length`,
        `write it like \`${head.includes(':') ? '2001:db8::1/64' : '192.168.56.1/24'}\``,
      );
      continue;
    }
    const length = tail === undefined ? net.length : Number(tail);
    if (found.some((one) => one.local === local && one.length === length))
      yaml.source.error(word, `\`${word.text}\` is listed twice`, 'an interface has an address once');
    const secondary = found.some((one) => !one.secondary && one.length === length && holds(one, local));
    found.push({
      ...prefix(local, length),
      local,
      scope: typeof local === 'bigint' ? sixScope(local) : device === 'lo' && holds(LOOPBACK, local) ? 254 : 0,
      secondary: secondary && typeof local === 'number',
      noPrefixRoute: false,
      place: yaml.source.place(word),
    });
  }
  return found;
}

const sixScope = (local: bigint): number => (local === 1n ? 254 : holds(LINK_LOCAL, local) ? 253 : 0);

function readSettings(yaml: Yaml, node: YamlNode | undefined): ReadonlyMap<string, Setting> {
  const entries = yaml.entries(node, '`sysctl`').flatMap(({ key, value }) => {
    const word = yaml.word(value, `\`${key.text}\``);
    checkKey(yaml, key);
    if (word === undefined) return [];
    const text = /^(true|false)$/.test(word.text) ? String(Number(word.text === 'true')) : word.text;
    if (isModelled(key.text) && !/^-?\d+$/.test(text))
      yaml.source.error(word, `\`${word.text}\` is no whole number`, `\`${key.text}\` is a whole number`);
    return [[key.text, { value: text, place: yaml.source.place(key) }] as const];
  });
  return new Map(entries);
}

/** A setting that the model does not read may be meant to be one that it does. */
function checkKey(yaml: Yaml, key: Word): void {
  if (isModelled(key.text)) return;
  const near = nearest(genericKey(key.text), SETTINGS);
  const typo = nearest(genericKey(key.text), SETTINGS, 3);
  if (typo !== undefined) yaml.source.error(key, `\`${key.text}\` is no setting`, `did you mean \`${typo}\`?`);
  else if (!key.text.includes('.'))
    yaml.source.error(key, `\`${key.text}\` is no setting`, didYouMean(key.text, SETTINGS));
  else
    yaml.source.note(
      key,
      `\`${key.text}\` decides nothing in the model`,
      near === undefined ? 'delete it, or leave it: it is not read' : `did you mean \`${near}\`?`,
    );
}
