import { type Codec, refused, value } from './codec.ts';

const LONGEST = 15; // IFNAMSIZ - 1

/** The name of an interface; a `+` at its end makes it a beginning of names. */
export const interfaceName: Codec<string> = {
  metavar: 'INTERFACE',
  words: 1,
  parse([text]) {
    if (text === '' || /[\s/]/.test(text)) return refused(`\`${text}\` is no interface name`);
    return text.length > LONGEST ? refused(`\`${text}\` is longer than ${LONGEST} characters`) : value(text);
  },
  print: (name) => name,
  domain: { kind: 'one of', values: ['eth0', 'eth1', 'eth+', 'vnet+', '+', 'br100'] },
};

/** Whether a name fits a pattern with an optional `+` at its end. */
export const fits = (pattern: string, name: string): boolean =>
  pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
