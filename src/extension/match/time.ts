import { clock, days, instant, weekdays } from '../codec/calendar.ts';
import { flag } from '../codec/name.ts';
import { type Given, invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const MIDNIGHT: Given<number> = { value: 0, inverted: false };
const LAST_SECOND: Given<number> = { value: 86_399, inverted: false };

export const time = defineUndecidedMatch({
  name: 'time',
  summary: 'the time of day and the day',
  source: 'net/netfilter/xt_time.c (time_mt)',
  undecidable: 'depends on the time of day',
  options: {
    timestart: option(clock),
    timestop: option(clock),
    monthdays: invertible(days),
    weekdays: invertible(weekdays, { aliases: ['days'] }),
    datestart: option(instant),
    datestop: option(instant),
    kerneltz: option(flag, { excludes: ['utc'] }),
    localtz: option(flag, { means: (given) => ({ kerneltz: given }) }),
    utc: option(flag, { idle: () => true }),
    contiguous: option(flag),
  },
  // both ends of the day are saved if one says something
  complete: ({ timestart = MIDNIGHT, timestop = LAST_SECOND, ...given }) =>
    timestart.value === MIDNIGHT.value && timestop.value === LAST_SECOND.value
      ? given
      : { timestart, timestop, ...given },
  check: ({ contiguous, timestart = MIDNIGHT, timestop = LAST_SECOND }) =>
    contiguous !== undefined && timestart.value < timestop.value
      ? '`--contiguous` needs a time that stops before it starts'
      : undefined,
  examples: [
    { rule: '-m time --timestart 02:00:00 --timestop 03:00:00 --weekdays Mon,Fri --kerneltz' },
    { rule: '-m time --timestart 8:30', saved: '-m time --timestart 08:30:00 --timestop 23:59:59' },
    { rule: '-m time --timestart 25:00', refused: true },
    { rule: '-m time --weekdays Noday', refused: true },
  ],
});
