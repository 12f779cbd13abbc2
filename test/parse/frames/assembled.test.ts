import { describe, expect, it } from 'vitest';
import type { Node } from '../../../src/network/network.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import { errors, read, said } from '../said.ts';

const MAC = 'fa:16:3e:00:00:01';
const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: br0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
3: tap7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master br0 state UNKNOWN
    link/ether fe:16:3e:00:00:01 brd ff:ff:ff:ff:ff:ff
`;
const domain = (more: string, filter = 'no-mac-spoofing') =>
  `<domain>\n<name>vm</name>\n<devices>\n<interface type='bridge'>\n<mac address='${MAC}'/>${more}\n<filterref filter='${filter}'/>\n</interface>\n</devices>\n</domain>\n`;
const RULES = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

const parsed = (files: Readonly<Record<string, string>>) =>
  parseSnapshot(
    new Map([
      ['network.yaml', 'version: 1\nassume: kernel-defaults\n'],
      ['n/ip-addr.txt', ADDR],
      ['n/iptables-save.txt', RULES],
      ...Object.entries(files).map(([name, text]) => [`n/${name}`, text] as const),
    ]),
  );
const node = (files: Readonly<Record<string, string>>): Node => read(parsed(files)).nodes.get('n') as Node;
const nat = ({ frameRules }: Node) => [...(frameRules?.get('nat')?.keys() ?? [])];
const texts = ({ assumptions }: Node) => assumptions.map(({ text }) => text);

describe('the rules of ebtables of a node', () => {
  it('are those of the capture, and not in doubt', () => {
    const one = node({ 'ebtables-save.txt': '*filter\n:FORWARD DROP\n-A FORWARD -p ARP -j ACCEPT\n' });
    expect(one.frameRules?.get('filter')?.get('FORWARD')).toMatchObject({ policy: 'DROP', rules: [{ number: 1 }] });
    expect(one.unmodelled).toEqual([]);
  });

  it('are none where nothing shows any', () => {
    expect(node({})).not.toHaveProperty('frameRules');
    expect(node({})).not.toHaveProperty('arpRules');
  });

  it('of arptables likewise', () => {
    const one = node({ 'arptables-save.txt': '*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -s 10.0.0.1\n' });
    expect(one.arpRules?.get('INPUT')?.rules).toHaveLength(1);
    expect(one.unmodelled).toEqual([]);
  });

  it("are those that libvirt makes of a guest's filter: at the port that is named, else at the one with its address", () => {
    const chains = (port: string) => ['PREROUTING', 'POSTROUTING', `libvirt-I-${port}`, `I-${port}-mac`];
    expect(nat(node({ 'libvirt.xml': domain("<target dev='vnet3'/>") }))).toEqual(chains('vnet3'));
    expect(nat(node({ 'libvirt.xml': domain('') }))).toEqual(chains('tap7'));
    expect(nat(node({ 'libvirt.xml': domain("<source bridge='br0'/>") }))).toEqual(chains('tap7'));
    expect(nat(node({ 'libvirt.xml': domain("<source bridge='br9'/>") }))).toEqual([]);
  });

  it('hold the rules of every guest, numbered through', () => {
    const other = domain("<target dev='vnet9'/>").replace(MAC, 'fa:16:3e:00:00:02');
    const one = node({ 'libvirt-a.xml': domain(''), 'libvirt-b.xml': other });
    expect(
      one.frameRules
        ?.get('nat')
        ?.get('PREROUTING')
        ?.rules.map(({ number, text }) => [number, text]),
    ).toEqual([
      [1, '-A PREROUTING -i tap7 -j libvirt-I-tap7'],
      [2, '-A PREROUTING -i vnet9 -j libvirt-I-vnet9'],
    ]);
  });

  it('filters of one name are the same in all captures', () => {
    const filter = (action: string) => `<filter name='f'><rule action='${action}' direction='out'/></filter>\n`;
    const both = (one: string, other: string) =>
      errors(
        parsed({ 'libvirt.xml': domain('', 'f'), 'nwfilter-a.xml': filter(one), 'nwfilter-b.xml': filter(other) })
          .located,
      );
    expect(both('drop', 'drop')).toEqual([]);
    expect(both('drop', 'accept')).toEqual([
      expect.stringMatching(/^error n\/nwfilter-b.xml:1:1\+\d+ filter f is another one at n\/nwfilter-a.xml:1/),
    ]);
  });

  it('hold the rules of a guest once that is captured twice', () => {
    const one = node({ 'libvirt.xml': domain(''), 'libvirt-vm.xml': domain("<target dev='tap7'/>") });
    expect(one.frameRules?.get('nat')?.get('I-tap7-mac')?.rules).toHaveLength(2);
  });

  it("say what is taken for granted: libvirt's filters, and those of a guest that has no port", () => {
    expect(texts(node({ 'libvirt.xml': domain('') }))).toEqual(
      expect.arrayContaining([
        'the rules of ebtables are those that libvirt makes of the filters of tap7 (no capture shows them)',
        'filters no-mac-spoofing are as libvirt brings them along (no capture shows them)',
      ]),
    );
    const gone = node({ 'libvirt.xml': domain("<source bridge='br9'/>") });
    expect(texts(gone)).toContain(`what guests send is let through: no port is that of vm (${MAC})`);
    expect(gone.unmodelled.map(({ what, decides }) => [what, decides])).toEqual([
      ['filter no-mac-spoofing of vm', undefined],
    ]);
  });

  it('a capture of ebtables counts where libvirt would make others, and that is said', () => {
    const captured = '*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n:libvirt-I-tap7 ACCEPT\n:O-tap7-arp ACCEPT\n';
    const files = { 'libvirt.xml': domain(''), 'ebtables-save.txt': captured };
    expect(nat(node(files))).toEqual(['PREROUTING', 'POSTROUTING', 'libvirt-I-tap7', 'O-tap7-arp']);
    expect(said(parsed(files).located.filter(({ message }) => message.includes('libvirt')))).toEqual([
      'note n/ebtables-save.txt:5:2+10 libvirt makes no chain `O-tap7-arp` of filter no-mac-spoofing',
      'note n/libvirt.xml:6:1+10 libvirt makes chain `I-tap7-mac` of filter no-mac-spoofing, and the capture of ebtables has none',
    ]);
    expect(texts(node(files)).join()).not.toContain('libvirt');
  });

  it('rules of a filter that become rules of iptables decide over IPv4 where the capture of iptables lacks them', () => {
    const filter = "<filter name='f'><rule action='drop' direction='in'><tcp dstportstart='22'/></rule></filter>";
    const files = { 'libvirt.xml': domain('', 'f'), 'nwfilter.xml': filter };
    expect(node(files).unmodelled.map(({ what, decides }) => [what, decides])).toEqual([
      ['filter f of vm: a rule for tcp', 'ip'],
    ]);
    expect(node(files).ruleset.kind).toBe('unknown');
    const shown = node({ ...files, 'iptables-save.txt': RULES.replace('COMMIT', ':FI-tap7 - [0:0]\nCOMMIT') });
    expect(shown.unmodelled).toEqual([]);
    expect(shown.ruleset.kind).toBe('known');
  });

  it('those that iptables-nft keeps in nf_tables are the same as in its own capture', () => {
    const nft = `table bridge filter {
	chain own {
		ether type arp counter packets 0 bytes 0 accept
		counter packets 0 bytes 0 accept
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		counter packets 0 bytes 0 jump own
	}
}
table arp filter {
	chain INPUT {
		type filter hook input priority filter; policy accept;
		arp saddr ip 10.0.0.1 counter packets 0 bytes 0 drop
	}
}
`;
    const files = {
      'ebtables-save.txt': '*filter\n:FORWARD DROP\n:own ACCEPT\n-A FORWARD -j own\n-A own -p ARP -j ACCEPT\n',
      'arptables-save.txt': '*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -s 10.0.0.1\n',
    };
    expect(node({ ...files, 'nft-ruleset.txt': nft }).unmodelled).toEqual([]);
    const other = nft.replace('\t\tcounter packets 0 bytes 0 jump own\n', '');
    expect(node({ ...files, 'nft-ruleset.txt': other }).unmodelled.map(({ what }) => what)).toEqual([
      'nft chain bridge filter FORWARD (0 rules, policy drop)',
    ]);
    expect(node({ 'nft-ruleset.txt': nft }).unmodelled.map(({ decides }) => decides)).toEqual([
      'bridge',
      'bridge',
      'arp',
    ]);
  });

  it('that a capture only mentions leave every frame open', () => {
    const legacy = (tool: string) =>
      `# Warning: ${tool}-legacy tables present, use ${tool}-legacy-save to see them\n*filter\n:INPUT ACCEPT\n`;
    const files = { 'ebtables-save.txt': legacy('ebtables'), 'arptables-save.txt': legacy('arptables') };
    expect(node(files).unmodelled.map(({ decides }) => decides)).toEqual(['bridge', 'arp']);
    const foreign = "# Table `filter' is incompatible, use 'nft' tool.\n*nat\n:PREROUTING ACCEPT\n";
    expect(node({ 'ebtables-save.txt': foreign }).unmodelled.map(({ decides }) => decides)).toEqual(['bridge']);
  });

  it('filters that no guest uses take no part, and are listed', () => {
    const filter = "<filter name='f'><filterref filter='g'/></filter>\n<filter name='g'/>\n<filter name='h'/>";
    const one = node({ 'libvirt.xml': domain('', 'f'), 'nwfilter.xml': filter });
    expect(one.unmodelled.map(({ what, decides }) => [what, decides])).toEqual([['filter h', undefined]]);
  });
});
