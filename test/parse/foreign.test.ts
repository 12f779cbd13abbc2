import { describe, expect, it } from 'vitest';
import { printMac } from '../../src/packet/address.ts';
import { parseNftJson, parseNftText } from '../../src/parse/foreign/nft.ts';
import { parseEtcInterfaces, parseResolv } from '../../src/parse/host/text.ts';
import { parseLibvirtDomain } from '../../src/parse/libvirt/domain.ts';
import { parseNwFilter } from '../../src/parse/libvirt/nwfilter.ts';
import { errors, read, said } from './said.ts';

describe('files that take no part', () => {
  it('resolv.conf and /etc/network/interfaces are understood', () => {
    expect(read(parseResolv('search novalocal\nnameserver 10.0.0.1\n', 'f')).servers).toEqual(['10.0.0.1']);
    expect(said(parseResolv('nameservr 10.0.0.1\n', 'f').located)).toEqual([
      'note f:1:1+18 `nameservr` is no keyword of resolv.conf',
    ]);
    const stanzas = read(
      parseEtcInterfaces(
        'auto lo\niface lo inet loopback\n\niface eth2 inet manual\n  up ifconfig $IFACE promisc\n',
        'f',
      ),
    );
    expect(stanzas.map(({ name, method, options }) => [name, method, options.length])).toEqual([
      ['lo', 'loopback', 0],
      ['eth2', 'manual', 1],
    ]);
    expect(errors(parseEtcInterfaces('iface eth0\n', 'f').located)).toEqual([
      'error f:1:1+10 `iface` without its family and method',
    ]);
  });

  it('libvirt domains show the cards of guests and their filters', () => {
    const domain = (mac: string) =>
      `<?xml version="1.0"?>\n<domain type='kvm'>\n  <name>vm</name>\n  <devices>\n    <interface type='bridge'>\n      <source bridge='br100'/>\n      <mac address='${mac}'/>\n      <target dev='vnet0'/>\n      <filterref filter='clean'><parameter name='IP' value='10.0.0.2'/></filterref>\n    </interface>\n  </devices>\n</domain>\n`;
    const [card] = read(parseLibvirtDomain(domain('fa:16:3e:2c:e8:ec'), 'f'));
    expect([card?.domain, printMac(card?.mac ?? 0), card?.bridge, card?.port, card?.filter?.name]).toEqual([
      'vm',
      'fa:16:3e:2c:e8:ec',
      'br100',
      'vnet0',
      'clean',
    ]);
    expect(card?.filter?.place).toEqual({ file: 'f', line: 9, column: 7 });
    expect(errors(parseLibvirtDomain(domain('fa:16'), 'f').located)).toEqual([
      'error f:7:7+1 `fa:16` is no MAC address',
    ]);
    expect(errors(parseLibvirtDomain('<domain>\n<name>x</nam></domain>', 'f').located)).toEqual([
      expect.stringMatching(/^error f:2:\d+\+\d+ no XML: /),
    ]);
  });

  it('several filters in one file are read with what they bring in', () => {
    const text =
      "<filter name='a' chain='root'>\n  <filterref filter='no-ip-spoofing'/>\n</filter>\n<filter name='b'><rule action='drop' direction='in'/></filter>\n";
    expect(
      read(parseNwFilter(text, 'f')).map(({ name, chain, priority, entries, place }) => [
        name,
        chain,
        priority,
        entries.map((entry) => (entry.kind === 'filter' ? entry.name : `${entry.action} ${entry.direction}`)),
        place.line,
      ]),
    ).toEqual([
      ['a', 'root', 0, ['no-ip-spoofing'], 1],
      ['b', 'root', 0, ['drop in'], 4],
    ]);
  });
});

describe('rules of other tools', () => {
  it('nft chains are counted with their rules, in text and in JSON alike', () => {
    const text = `# Warning: table ip filter is managed by iptables-nft, do not touch!
table ip filter {
	chain INPUT {
		type filter hook input priority filter; policy accept;
		tcp dport 22 counter packets 0 bytes 0 accept
	}

	chain FORWARD {
		type filter hook forward priority filter; policy drop;
	}
}
table inet fw {
	set s {
		type ipv4_addr
		elements = { 1.1.1.1 }
	}

	chain in {
		ip saddr { 10.0.0.1,
			   10.0.0.2 } accept
		comment "a } b"
	}
}
`;
    const json =
      '{"nftables":[{"metainfo":{}},{"table":{"family":"ip","name":"filter"}},{"chain":{"family":"ip","table":"filter","name":"INPUT","policy":"accept"}},{"chain":{"family":"ip","table":"filter","name":"FORWARD","policy":"drop"}},{"chain":{"family":"inet","table":"fw","name":"in"}},{"rule":{"family":"ip","table":"filter","chain":"INPUT","expr":[]}},{"rule":{"family":"inet","table":"fw","chain":"in","expr":[]}},{"rule":{"family":"inet","table":"fw","chain":"in","expr":[]}}]}';
    const chains = (list: readonly { family: string; table: string; chain: string; rules: number; drops: boolean }[]) =>
      list.map((one) => [one.family, one.table, one.chain, one.rules, one.drops]);
    expect(chains(read(parseNftText(text, 'f')))).toEqual([
      ['ip', 'filter', 'INPUT', 1, false],
      ['ip', 'filter', 'FORWARD', 0, true],
      ['inet', 'fw', 'in', 2, false],
    ]);
    expect(chains(read(parseNftJson(json, 'f')))).toEqual(chains(read(parseNftText(text, 'f'))));
    expect(read(parseNftText(text, 'f')).map(({ managed }) => managed)).toEqual([true, true, false]);
    expect(read(parseNftJson('', 'f'))).toEqual([]);
    expect(errors(parseNftJson('[]', 'f').located)).toEqual(['error f:1:1+1 this is no nft ruleset']);
  });
});
