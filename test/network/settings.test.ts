import { describe, expect, it } from 'vitest';
import { sysctl } from '../../src/network/access.ts';
import { known } from '../../src/network/unknown.ts';
import { parseSysctl } from '../../src/parse/host/sysctl.ts';
import { host } from './small.ts';

describe('a setting of a device with a dot in its name', () => {
  it.each(['net.ipv4.conf.eth0/100.rp_filter', 'net/ipv4/conf/eth0.100/rp_filter', 'net.ipv4.conf.eth0.100.rp_filter'])(
    'is found under either spelling when it was captured as %s',
    (key) => {
      const { value } = parseSysctl(`${key} = 2\n`, 'sysctl.txt');
      const node = { ...host, settings: value?.settings ?? new Map() };
      expect(sysctl(node, 'net.ipv4.conf.eth0/100.rp_filter')).toEqual(known(2));
      expect(sysctl(node, 'net.ipv4.conf.eth0.100.rp_filter')).toEqual(known(2));
    },
  );
});
