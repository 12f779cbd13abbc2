/** A snapshot of the old forms (`ip a`, `route -n`, `brctl show`) as the commands with `-j` would have printed it. */
export function modernised(files: ReadonlyMap<string, string>): Map<string, string> {
  const done = new Map<string, string>();
  for (const [file, text] of files) {
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    const brctl = files.get(`${folder}brctl-show.txt`) ?? '';
    const addr = files.get(`${folder}ip-addr.txt`) ?? '';
    if (file.endsWith('/ip-addr.txt')) done.set(`${folder}ip-addr.json`, JSON.stringify(interfaces(text, brctl)));
    else if (file.endsWith('/route-n.txt'))
      done.set(`${folder}ip-route.json`, JSON.stringify(routes(text, addr), null, 1));
    else if (file.endsWith('/brctl-show.txt'))
      done.set(`${folder}bridge-link.json`, JSON.stringify(ports(folder, addr, files)));
    else if (!/\/(hairpin-.*|iptables-S-.*)$/.test(file)) done.set(file, text);
  }
  return done;
}

const blocks = (text: string): readonly string[] => text.split(/^(?=\d+: )/m).filter((block) => /^\d+: /.test(block));

function interfaces(text: string, brctl: string): readonly object[] {
  return blocks(text).map((block) => {
    const name = /^\d+: ([^:]+):/.exec(block)?.[1] ?? '';
    const word = (key: string): string | undefined => new RegExp(` ${key} (\\S+)`).exec(block)?.[1];
    const [, type, mac] = /link\/(\S+) (\S+)/.exec(block) ?? [];
    const isBridge = new RegExp(`^${name}\\s+\\d{4}\\.`, 'm').test(brctl);
    return {
      ifindex: Number(/^\d+/.exec(block)?.[0]),
      ifname: name,
      flags: /<(.*)>/.exec(block)?.[1]?.split(','),
      mtu: Number(word('mtu')),
      ...(word('master') !== undefined && { master: word('master') }),
      operstate: word('state'),
      link_type: type,
      address: mac,
      promiscuity: 0,
      ...(isBridge && { linkinfo: { info_kind: 'bridge' } }),
      addr_info: [
        ...inet6(block),
        ...[...block.matchAll(/inet (\S+)\/(\d+)(?: brd (\S+))? scope (\S+)( secondary)?/g)].map(
          ([, local, length, broadcast, scope, secondary]) => ({
            family: 'inet',
            local,
            prefixlen: Number(length),
            ...(broadcast !== undefined && { broadcast }),
            scope,
            ...(secondary !== undefined && { secondary: true }),
          }),
        ),
      ],
    };
  });
}

const inet6 = (block: string): readonly object[] =>
  [...block.matchAll(/inet6 (\S+)\/(\d+) scope (\S+)( tentative)?( deprecated)?/g)].map(
    ([, local, length, scope, tentative, deprecated]) => ({
      family: 'inet6',
      local,
      prefixlen: Number(length),
      scope,
      ...(tentative !== undefined && { tentative: true }),
      ...(deprecated !== undefined && { deprecated: true }),
    }),
  );

/** `route -n` shows no source: the kernel's connected routes have that of the address. */
function routes(text: string, addr: string): readonly object[] {
  return [...text.matchAll(/^([\d.]+) +([\d.]+) +([\d.]+) +(\w+) +(\d+) +\d+ +\d+ (\S+)$/gm)].map(
    ([, dst = '', gateway = '', mask = '', , metric = '', dev = '']) => {
      const bits = mask.split('.').reduce((sum, byte) => sum + Number(byte).toString(2).replaceAll('0', '').length, 0);
      const source = new RegExp(`inet (\\S+)/${bits} brd .* ${dev}$`, 'm').exec(
        blocks(addr).find((block) => block.includes(`: ${dev}:`)) ?? '',
      )?.[1];
      const own =
        source !== undefined &&
        source
          .split('.')
          .slice(0, bits / 8)
          .join('.') ===
          dst
            .split('.')
            .slice(0, bits / 8)
            .join('.');
      const connected = gateway === '0.0.0.0' && own;
      return {
        type: 'unicast',
        dst: bits === 0 ? 'default' : `${dst}/${bits}`,
        ...(gateway !== '0.0.0.0' && { gateway }),
        dev,
        table: 'main',
        protocol: connected ? 'kernel' : 'boot',
        scope: gateway === '0.0.0.0' ? 'link' : 'global',
        ...(connected && { prefsrc: source }),
        ...(metric !== '0' && { metric: Number(metric) }),
        flags: [],
      };
    },
  );
}

function ports(folder: string, addr: string, files: ReadonlyMap<string, string>): readonly object[] {
  return blocks(addr).flatMap((block) => {
    const [name, master] = [/^\d+: ([^:]+):/.exec(block)?.[1], / master (\S+)/.exec(block)?.[1]];
    const hairpin = files.get(`${folder}hairpin-${name}.txt`)?.trim() === '1';
    return master === undefined ? [] : [{ ifname: name, master, state: 'forwarding', hairpin }];
  });
}
