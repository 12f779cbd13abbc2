import { flag } from '../codec/name.ts';
import { always, plainText } from '../codec/text.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const led = definePassiveTarget({
  name: 'LED',
  summary: 'lights a lamp; the next rule is asked',
  source: 'net/netfilter/xt_LED.c (led_tg)',
  options: {
    'led-trigger-id': option(always(16), { required: true }),
    'led-delay': option(plainText(10, 'MS|inf')),
    'led-always-blink': option(flag),
  },
  examples: [
    { rule: '-j LED --led-trigger-id "foo" --led-delay 42 --led-always-blink' },
    { rule: '-j LED', refused: true },
  ],
});
