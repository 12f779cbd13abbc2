import { type Codec, refused, value } from './codec.ts';
import { halves } from './halves.ts';

// biome-ignore format: a table
const CHUNKS = [
  'DATA', 'INIT', 'INIT_ACK', 'SACK', 'HEARTBEAT', 'HEARTBEAT_ACK', 'ABORT', 'SHUTDOWN', 'SHUTDOWN_ACK', 'ERROR', 'COOKIE_ECHO', 'COOKIE_ACK',
  'ECN_ECNE', 'ECN_CWR', 'SHUTDOWN_COMPLETE', 'I_DATA', 'ASCONF_ACK', 'AUTH', 'RE_CONFIG', 'PAD', 'ASCONF', 'FORWARD_TSN', 'I_FORWARD_TSN',
];

const EVERY = ['ALL', 'NONE'];

/** `all|any|only TYPE[:FLAGS][,…]` of SCTP, as it was written. */
export const chunkTypes: Codec<string> = {
  metavar: 'all|any|only TYPES',
  words: 2,
  parse([how, types = '']) {
    if (!['all', 'any', 'only'].includes(how)) return refused(`\`${how}\` is neither all, any nor only`);
    const bad = types.split(',').find((one) => !CHUNKS.includes(halves(one, ':')[0]) && !EVERY.includes(one));
    return bad === undefined
      ? value(`${how} ${types}`)
      : refused(`\`${bad}\` is no chunk type`, `one of: ${CHUNKS.join(', ')}`);
  },
  print: (text) => text,
  domain: { kind: 'one of', values: ['all DATA', 'any INIT,INIT_ACK', 'only DATA:Be'] },
};
