import { equals, FALSE, not } from '../../ir/predicate.ts';
import { mac as macAddress } from '../codec/address.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

export const mac = defineMatch({
  name: 'mac',
  summary: 'the MAC address that a packet came from',
  source: 'net/netfilter/xt_mac.c (mac_mt)',
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: { 'mac-source': invertible(macAddress, { required: true }) },
  // what came by a device that is no Ethernet is no match, `!` or not
  matches: ({ 'mac-source': given }, packet, { in: device }) =>
    given !== undefined && device !== 'lo' && (packet.macSrc === given.value) !== given.inverted,
  lower({ 'mac-source': given }, { in: device }) {
    if (given === undefined || device === 'lo') return FALSE;
    return given.inverted ? not(equals('macSrc', given.value)) : equals('macSrc', given.value);
  },
  examples: [
    { rule: '-m mac --mac-source 02:00:00:00:00:01' },
    { rule: '-m mac ! --mac-source 0A:0B:0C:1:2:3', saved: '-m mac ! --mac-source 0a:0b:0c:01:02:03' },
    { rule: '-m mac --mac-source 02:00:00:00:00', refused: true },
    { rule: '-m mac', refused: true },
  ],
});
