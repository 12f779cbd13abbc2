import { clock, days, instant, weekdays } from '../codec/calendar.ts';
import { flag } from '../codec/name.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

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
    localtz: option(flag, { excludes: ['utc', 'kerneltz'] }),
    utc: option(flag, { idle: () => true }),
    contiguous: option(flag),
  },
  examples: [
    { rule: '-m time --timestart 02:00:00 --timestop 03:00:00 --weekdays Mon,Fri --kerneltz' },
    { rule: '-m time --timestart 8:30', saved: '-m time --timestart 08:30:00' },
    { rule: '-m time --timestart 25:00', refused: true },
    { rule: '-m time --weekdays Noday', refused: true },
  ],
});
