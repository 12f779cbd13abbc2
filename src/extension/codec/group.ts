import { type Codec, value } from './codec.ts';
import { type Masked, markAndMask } from './number.ts';

/** A group of devices: its number under a mask, or a name out of the host's /etc/iproute2/group, which no capture holds. */
export type Group = Masked | { readonly name: string };

const ALL = 0xffffffff;
const NAME = /^[a-z_][\w.-]*$/i;
const numbered = markAndMask();

/** `-m devgroup --src-group`: group 0 is `default`, as iproute2 names it. */
export const group: Codec<Group> = {
  metavar: 'GROUP[/MASK]',
  words: 1,
  parse([text], context) {
    if (text === 'default') return value({ value: 0, mask: ALL });
    return NAME.test(text) ? value({ name: text }) : numbered.parse([text], context);
  },
  print(of) {
    if ('name' in of) return of.name;
    return of.value === 0 && of.mask === ALL ? 'default' : numbered.print(of);
  },
  domain: numbered.domain,
};
