import { describe, expect, it } from 'vitest';
import { chunkTypes } from '../../../src/extension/codec/chunktypes.ts';
import type { Codec } from '../../../src/extension/codec/codec.ts';
import { icmpType } from '../../../src/extension/codec/icmptype.ts';
import { logLevel } from '../../../src/extension/codec/loglevel.ts';
import { aliased, oneOf, someOf } from '../../../src/extension/codec/name.ts';
import { optionNumbers } from '../../../src/extension/codec/optionnumbers.ts';
import { protocolNumber } from '../../../src/extension/codec/protocolnumber.ts';
import { qdiscClass } from '../../../src/extension/codec/qdisc.ts';
import { tcpFlags } from '../../../src/extension/codec/tcpflags.ts';
import { dscp, dscpClass, tosAndMask } from '../../../src/extension/codec/tos.ts';
import { zone } from '../../../src/extension/codec/zone.ts';
import { said } from './said.ts';

type Row = readonly [codec: Codec<never>, text: string, comesOut: string];
const rows = (codec: unknown, texts: Readonly<Record<string, string>>): readonly Row[] =>
  Object.entries(texts).map(([text, comesOut]) => [codec as Codec<never>, text, comesOut]);
const law = (all: readonly Row[]) =>
  it.each(all.map(([codec, text, comesOut]) => [text, comesOut, codec] as const))(
    '%j comes out as %s',
    (text, comesOut, codec) => {
      expect(said(codec, text)).toBe(comesOut);
    },
  );

const SIDES = ['LEFT', 'RIGHT', 'REAR'] as const;
const no = (text: string) => `\`${text}\` is no side; one of: LEFT, RIGHT, REAR`;

const either = aliased(oneOf('side', SIDES), { starboard: 'RIGHT', 1: 'LEFT' });

describe('a name, as freely spelled as the tool lets it be', () => {
  law([
    ...rows(oneOf('side', SIDES), { LEFT: 'LEFT', left: no('left'), LE: no('LE'), '': no('') }),
    ...rows(oneOf('side', SIDES, 'any case'), { left: 'LEFT', Le: no('Le'), '': no('') }),
    ...rows(oneOf('side', SIDES, 'prefix'), { L: 'LEFT', r: 'RIGHT', rear: 'REAR', ear: no('ear'), '': no('') }),
    ...rows(either, { LEFT: 'LEFT', Starboard: 'RIGHT', 1: 'LEFT', port: no('port'), constructor: no('constructor') }),
    // the kernel keeps a bit for each: their order is that of the table
    ...rows(someOf('side', SIDES, 'prefix'), { 're,L,left': 'LEFT,REAR', 'L,x': no('x'), 'L,': no('') }),
  ]);
});

// each row as iptables 1.8.9 reads and saves it
describe('a type of ICMP', () => {
  const unknown = (text: string) =>
    `\`${text}\` is no ICMP type; a name such as echo-request, or a number with or without a code: 3/4`;
  law(
    rows(icmpType, {
      any: 'any',
      '255': 'any',
      '255/3': 'any',
      '3': '3',
      '3/0': '3/0',
      '3/255': '3/255',
      'echo-req': '8',
      ping: '8',
      redirect: '5',
      'TOS-host-r': '5/3',
      'tos-host-redirect': '5/3',
      'port-unreachable': '3/3',
      echo: '`echo` could be echo-reply or echo-request; write more of it',
      'source-': '`source-` could be source-route-failed or source-quench; write more of it',
      x3: unknown('x3'),
      request: unknown('request'),
      'any/3': unknown('any/3'),
      '256': '`256` is not a number from 0 to 255',
      '3/256': '`256` is not a number from 0 to 255',
      '3/': '`` is not a number from 0 to 255',
      '3/4/5': '`4/5` is not a number from 0 to 255',
    }),
  );
});

it('type 255 is any message, whatever code is written behind it', () => {
  const read = ['any', '255', '255/3'].map((text) => icmpType.parse([text], { family: 4 }));
  expect(read).toEqual(read.map(() => ({ value: { type: 255, codes: [0, 255] } })));
});

describe('the TOS byte and its codes', () => {
  const names = 'minimize-delay, maximize-throughput, maximize-reliability, minimize-cost, normal-service';
  const unknown = (text: string) => `\`${text}\` is no type of service; one of: ${names}, or a number`;
  const classes = said(dscpClass, 'none').replace(/.*: /, '').split(', ');
  law([
    ...rows(tosAndMask, {
      'Minimize-Delay': '0x10/0x3f',
      'normal-service': '0x00/0x3f',
      '0x10': '0x10/0xff',
      '16/0x3f': '0x10/0x3f',
      // no beginning of a name will do
      m: unknown('m'),
      NORMAL: unknown('NORMAL'),
      constructor: unknown('constructor'),
      '256': '`256` is not a number from 0 to 255',
      '1/256': '`256` is not a number from 0 to 255',
      '1/2/3': '`2/3` is not a number from 0 to 255',
    }),
    ...rows(dscp, { '63': '0x3f', '0': '0x00', '64': '`64` is not a number from 0 to 63' }),
    ...rows(dscpClass, { af11: '0x0a', AF43: '0x26', CS7: '0x38', EF: '0x2e', BE: '0x00', cs0: '0x00' }),
  ]);

  it('are all the classes of RFC 2474, 2597 and 3246', () => {
    expect(classes).toHaveLength(22);
    expect(said(dscpClass, 'none')).toMatch(/^`none` is no class; one of: BE, EF, CS0, /);
  });
});

describe('a protocol', () => {
  const unknown = (text: string) => `\`${text}\` is no protocol; a name such as tcp, or a number from 0 to 255`;
  law(
    rows(protocolNumber, {
      tcp: '6',
      UDP: '17',
      icmpv6: '58',
      all: '0',
      '255': '255',
      '256': unknown('256'),
      tpc: unknown('tpc'),
      constructor: unknown('constructor'),
    }),
  );
});

describe('flags of TCP', () => {
  const unknown = (text: string) => `\`${text}\` is no TCP flag; one of: FIN, SYN, RST, PSH, ACK, URG, ALL, NONE`;
  law(
    rows(tcpFlags, {
      'SYN,ACK syn': 'SYN,ACK SYN',
      'RST,ACK,SYN,FIN SYN': 'FIN,SYN,RST,ACK SYN',
      'ALL NONE': 'FIN,SYN,RST,PSH,ACK,URG NONE',
      // libxt_tcp.c has no name for them
      'ECE SYN': unknown('ECE'),
      'SYN SYN,CWR': unknown('CWR'),
    }),
  );
});

describe('chunks of SCTP', () => {
  const types = `one of: DATA, INIT, INIT_ACK, `;
  law(
    rows(chunkTypes, {
      'all DATA,INIT': 'all DATA,INIT',
      'any ALL': 'any ALL',
      'only NONE': 'only NONE',
      'any DATA:Be': 'any DATA:Be',
      'some DATA': '`some` is neither all, any nor only',
    }),
  );

  it.each(['DATAX', 'XX', 'ATA'])('%s is none', (type) => {
    expect(said(chunkTypes, `any DATA,${type}`)).toMatch(new RegExp(`^\`${type}\` is no chunk type; ${types}`));
  });
});

describe('a level of the kernel log', () => {
  const LEVELS = 'emerg, alert, crit, error, warning, notice, info, debug';
  const unknown = (text: string) => `\`${text}\` is no log level; 0 to 7, or one of: ${LEVELS}`;
  law(
    rows(logLevel, {
      '0': '0',
      '7': '7',
      emerg: '0',
      Warning: '4',
      debug: '7',
      // names that older tools took
      PANIC: '0',
      err: '3',
      warn: '4',
      '8': unknown('8'),
      '77': unknown('77'),
      deb: unknown('deb'),
      constructor: unknown('constructor'),
      '': unknown(''),
    }),
  );
});

describe('numbers with names of their own', () => {
  const noOption = (text: string) => `\`${text}\` is not a number from 2 to 255`;
  law([
    ...rows(optionNumbers, {
      '8,2,19,2': '2,8,19',
      'timestamp,mss': '2,8',
      'wscale,sack-permitted,sack,md5': '3,4,5,19',
      '255': '255',
      '1': noOption('1'),
      '256': noOption('256'),
      'mss,nosuch': noOption('nosuch'),
    }),
    ...rows(qdiscClass, {
      '1:2': '0001:0002',
      'ffff:FFFF': 'ffff:ffff',
      '1:': '`1:` is no class; write MAJOR:MINOR',
      ':2': '`:2` is no class; write MAJOR:MINOR',
      x1: '`x1` is no class; write MAJOR:MINOR',
      'x1:2': '`x1:2` is no class; write MAJOR:MINOR',
      '1:2x': '`1:2x` is no class; write MAJOR:MINOR',
      '12345:2': '`12345:2` is no class; write MAJOR:MINOR',
    }),
    ...rows(zone, {
      mark: 'mark',
      '0': '0',
      '65535': '65535',
      '65536': '`65536` is no zone; a number from 0 to 65535, or mark',
      x: '`x` is no zone; a number from 0 to 65535, or mark',
    }),
  ]);
});
