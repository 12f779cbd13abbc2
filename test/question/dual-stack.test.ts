import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, change, close, load, parseAddress } from '../../src/index.ts';
import { parseAddress6 } from '../../src/packet/address6.ts';

afterAll(close);

interface Verdict {
  readonly from: string;
  readonly proto: 'icmp' | 'tcp';
  readonly dst: string;
  readonly dport: number | null;
  readonly result: 'reply' | 'refused' | 'timeout';
  readonly seen_from?: string;
  readonly reply_from?: string;
}

const MODEL = 'models/dual-stack';
/** What was sent to a link-local address, with its device, is left to questions that name the device. */
const verdicts = (state: string): readonly Verdict[] =>
  readFileSync(`${MODEL}/${state}/kernel-verdicts.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict)
    .filter(({ dst }) => !dst.includes('%'));

const questionOf = ({ from, proto, dst, dport }: Verdict): string =>
  `can ${from} reach ${dst} over ${proto}${dport === null ? '' : ` port ${dport}`} and back`;
const addressOf = (text: string | undefined) =>
  text === undefined ? undefined : (parseAddress(text) ?? parseAddress6(text));

describe.each(['sound', 'no-discovery'])('a house with both families, %s', (state) => {
  it.each(verdicts(state).map((one) => [questionOf(one), one] as const))(
    '%s: as the kernel did it',
    async (question, { result, seen_from, reply_from }) => {
      const finding = await ask(await load(`${MODEL}/${state}`), question);
      expect(finding.answer).toBe(result === 'reply' ? 'yes' : 'no');
      if (seen_from !== undefined) expect(finding.request?.src).toBe(addressOf(seen_from));
      if (reply_from !== undefined) expect(finding.reply?.src).toBe(addressOf(reply_from));
    },
  );
});

describe('what-ifs in a house with both families', () => {
  const answer = async (state: string, question: string, ...texts: readonly string[]) => {
    const changes = texts.map((text) => {
      const [option, ...rest] = text.split(' ');
      return { option: option as '--set', text: rest.join(' ') };
    });
    return (await ask(change(await load(`${MODEL}/${state}`), ...changes), question)).answer;
  };
  const WEB = 'can server reach 2001:db8:1::2 over tcp port 80 and back';
  const SSH = 'can host reach 2001:db8:2::2 over tcp port 22 and back';

  it('rules of ip6tables decide over IPv6 alone', async () => {
    expect(await answer('sound', WEB)).toBe('no');
    expect(await answer('sound', WEB, '--set router:-6:filter:FORWARD:policy=ACCEPT')).toBe('yes');
    expect(await answer('sound', WEB, '--set router:filter:FORWARD:policy=ACCEPT')).toBe('no');
    expect(await answer('sound', WEB, '--insert router:-6 -I FORWARD -p tcp --dport 80 -j ACCEPT')).toBe('yes');
  });

  it('a server that lets neighbour discovery in is found again', async () => {
    expect(await answer('no-discovery', SSH)).toBe('no');
    const solicit = '--insert server:-6 -I INPUT -p ipv6-icmp --icmpv6-type neighbour-solicitation -j ACCEPT';
    const advertise = '--insert server:-6 -I INPUT -p ipv6-icmp --icmpv6-type neighbour-advertisement -j ACCEPT';
    expect(await answer('no-discovery', SSH, solicit, advertise)).toBe('yes');
  });

  it('a router that does not forward IPv6 forwards IPv4 all the same', async () => {
    const off = '--set router:net.ipv6.conf.all.forwarding=0';
    expect(await answer('sound', SSH, off)).toBe('no');
    expect(await answer('sound', 'can host reach 192.0.2.2 over tcp port 22 and back', off)).toBe('yes');
    expect(await answer('sound', SSH, '--set router:eth1.up=0')).toBe('no');
  });
});
