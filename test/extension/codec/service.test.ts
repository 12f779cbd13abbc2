import { describe, expect, it } from 'vitest';
import { natPorts, natSpec } from '../../../src/extension/codec/natrange.ts';
import { portList } from '../../../src/extension/codec/portlist.ts';
import { anyPortRange, onePort, portRange } from '../../../src/extension/codec/service.ts';
import { said } from './said.ts';

const noPort = (text: string) => `\`${text}\` is no port; a number from 0 to 65535 or the name of a service`;

describe('a port', () => {
  it.each([
    ['0', '0'],
    ['65535', '65535'],
    ['ssh', '22'],
    ['kerberos-sec', '88'],
  ])('%s is printed as %s', (text, printed) => {
    expect(said(onePort, text)).toBe(printed);
  });

  it.each(['65536', '-1', 'nosuch', '', 'constructor'])('%j is none', (text) => {
    expect(said(onePort, text)).toBe(noPort(text));
  });
});

describe('a range of ports', () => {
  it.each([
    ['22', '22', '22'],
    ['5:5', '5', '5'],
    ['ssh:http', '22:80', '22:80'],
    ['1:', '1:65535', '1:65535'],
    [':3', '0:3', '0:3'],
    [':', '0:65535', '0:65535'],
    ['', noPort(''), '0'],
    // conntrack keeps a range that runs backwards
    ['5:3', '`5:3` runs backwards; write 3:5', '5:3'],
    ['1:2:3', noPort('2:3'), noPort('2:3')],
    ['x:2', noPort('x'), noPort('x')],
  ])('%j is %s to tcp, %s to conntrack', (text, tcp, conntrack) => {
    expect([said(portRange, text), said(anyPortRange, text)]).toEqual([tcp, conntrack]);
  });
});

describe('ports of multiport', () => {
  it.each([
    ['80,22,8000:8010', '80,22,8000:8010'],
    ['ssh,http:https', '22,80:443'],
    ['1:2,3:4,5:6,7:8,9:10,11:12,13:14,15', '1:2,3:4,5:6,7:8,9:10,11:12,13:14,15'],
    ['1:2,3:4,5:6,7:8,9:10,11:12,13:14,15,16', '16 ports; at most 15; a range counts as two'],
    ['1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15'],
    ['5:5', '`5:5` is no range of ports'],
    ['5:4', '`5:4` is no range of ports'],
    [':4', noPort('')],
    ['4:', noPort('')],
    ['1:2:3', noPort('2:3')],
    ['1,,2', noPort('')],
  ])('%s comes out as %s', (text, saved) => {
    expect(said(portList, text)).toBe(saved);
  });
});

// each row as iptables 1.8.9 reads and saves it
describe('where nat leads', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1:80', '10.0.0.1:80'],
    ['10.0.0.1:80-80', '10.0.0.1:80'],
    ['10.0.0.1-10.0.0.2:80-90', '10.0.0.1-10.0.0.2:80-90'],
    ['10.0.0.1:80-90/5', '10.0.0.1:80-90/5'],
    [':80', ':80'],
    ['10.0.0.1:ftp-data', '10.0.0.1:20'],
    ['10.0.0.1:80-70', '`80-70` runs backwards; write 70-80'],
    ['10.0.0.1:80-90/0', 'port 0 is no base'],
    ['10.0.0.1:80-90/x', noPort('x')],
    ['10.0.0.1:', noPort('')],
    ['10.0.0.1:x80-90', noPort('x80-90')],
    ['10.0.0.1:80-90x', noPort('80-90x')],
    ['10.0.0.1:80-65536', noPort('65536')],
    ['10.0.0.1:http-https', noPort('http-https')],
    [':/5', noPort('')],
    ['', '`` is not an IPv4 address'],
    ['10:80', '`10` is not an IPv4 address'],
  ])('%s comes out as %s', (text, saved) => {
    expect(said(natSpec, text, { family: 4, protocol: 6 })).toBe(saved);
  });

  it.each([1, 6, 17, 33, 58, 132, 136])('has ports for protocol %i', (protocol) => {
    expect(said(natSpec, ':80', { family: 4, protocol })).toBe(':80');
  });

  it.each([{ family: 4 }, { family: 4, protocol: 51 }, { family: 4, protocol: 47 }] as const)(
    'has none without a protocol that has some: %j',
    (context) => {
      const why = 'ports need a protocol that has some; write `-p tcp` or `-p udp` before the target';
      expect([said(natSpec, '10.0.0.1:80', context), said(natPorts, '80', context)]).toEqual([why, why]);
      expect(said(natSpec, '10.0.0.1', context)).toBe('10.0.0.1');
    },
  );

  it.each([
    ['80', '80'],
    ['80-90', '80-90'],
    ['90-80', '`90-80` runs backwards; write 80-90'],
    ['http-https', noPort('http-https')],
  ])('ports of MASQUERADE: %s comes out as %s', (text, saved) => {
    expect(said(natPorts, text, { family: 4, protocol: 17 })).toBe(saved);
  });
});
