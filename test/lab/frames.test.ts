import { describe, expect, it } from 'vitest';
import { arpCommands, frameCommands } from '../../src/lab/frames.ts';
import { parseArptablesSave } from '../../src/parse/frames/arptables.ts';
import { parseEbtablesSave } from '../../src/parse/frames/ebtables.ts';
import { read } from '../parse/said.ts';

const arp = (text: string) => arpCommands(read(parseArptablesSave(text, 'f')));

describe('rules for frames in the lab', () => {
  it('are restored as they are printed', () => {
    const text = '*filter\n:FORWARD DROP\n-A FORWARD -p ARP -j ACCEPT\n';
    const rules = read(parseEbtablesSave(text, 'f'));
    expect(frameCommands(rules)).toEqual([{ words: ['ebtables-restore'], input: text }]);
    expect(frameCommands(rules, 'legacy')).toEqual([{ words: ['ebtables-legacy-restore'], input: text }]);
    expect(frameCommands(rules, 'nf_tables')).toEqual([{ words: ['ebtables-nft-restore'], input: text }]);
  });

  it('need no command where there are none', () => {
    expect([...frameCommands(undefined), ...frameCommands(new Map()), ...arpCommands(undefined), ...arp('')]).toEqual(
      [],
    );
  });

  it('of ARP are restored without chain FORWARD, which nf_tables does not have', () => {
    expect(arp('*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-A INPUT -j DROP -s 10.0.0.1\n')).toEqual([
      { words: ['arptables-restore'], input: '*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -s 10.0.0.1\n' },
    ]);
  });

  it('of ARP that use chain FORWARD are made one by one with arptables-legacy', () => {
    const [command] = arp("*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:it's -\n-A FORWARD -j it's ! -i eth0\n");
    expect(command).toEqual({
      words: ['sh', '-e'],
      input:
        "arptables-legacy '-P' 'INPUT' 'ACCEPT'\narptables-legacy '-P' 'FORWARD' 'DROP'\narptables-legacy '-N' 'it'\\''s'\narptables-legacy '-A' 'FORWARD' '-j' 'it'\\''s' '!' '-i' 'eth0'\n",
    });
  });
});
