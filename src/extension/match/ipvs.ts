import { addressAndMask } from '../codec/address.ts';
import { flag, oneOf } from '../codec/name.ts';
import { protocolNumber } from '../codec/protocolnumber.ts';
import { onePort } from '../codec/service.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const ipvs = defineUndecidedMatch({
  name: 'ipvs',
  summary: 'the virtual service that a packet belongs to',
  source: 'net/netfilter/xt_ipvs.c (ipvs_mt)',
  undecidable: 'IPVS is not modelled',
  options: {
    ipvs: invertible(flag),
    vproto: invertible(protocolNumber),
    vaddr: invertible(addressAndMask),
    vport: invertible(onePort),
    vdir: option(oneOf('direction', ['ORIGINAL', 'REPLY'], 'any case')),
    vmethod: invertible(oneOf('method', ['GATE', 'IPIP', 'MASQ'], 'any case')),
    vportctl: invertible(onePort),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs an option' : undefined),
  examples: [
    { rule: '-m ipvs ! --ipvs' },
    {
      rule: '-m ipvs --vproto tcp --vaddr 1.2.3.4/16 --vport 22',
      saved: '-m ipvs --vproto 6 --vaddr 1.2.3.4/16 --vport 22',
    },
    { rule: '-m ipvs --vdir REPLY ! --vmethod MASQ --vportctl 21' },
    { rule: '-m ipvs --vmethod WRONG', refused: true },
    { rule: '-m ipvs', refused: true },
  ],
});
