import { andThen, type Codec, each, refused, value } from './codec.ts';
import { readNumber } from './number.ts';

const CLOCK = /^\d\d?:\d\d?(:\d\d?)?$/;

/** `HH:MM[:SS]`, in seconds. */
export const clock: Codec<number> = {
  metavar: 'HH:MM[:SS]',
  words: 1,
  parse([text]) {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    return CLOCK.test(text) && hours <= 23 && minutes <= 59 && seconds <= 59
      ? value(hours * 3600 + minutes * 60 + seconds)
      : refused(`\`${text}\` is no time of day`, 'from 00:00:00 to 23:59:59');
  },
  print: (time) =>
    [time / 3600, (time / 60) % 60, time % 60].map((part) => `${Math.floor(part)}`.padStart(2, '0')).join(':'),
  domain: { kind: 'integer', low: 1, high: 86_398 },
};

const DATE = /^\d{4}(-\d\d?(-\d\d?(T\d\d?(:\d\d?(:\d\d?)?)?)?)?)?$/;
/** Of year, month, day, hour, minute and second. */
const MOST: readonly number[] = [2038, 12, 31, 23, 59, 59];

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`, printed in full; days that a month does not have are days of the next (`mktime`). */
export const instant: Codec<string> = {
  metavar: 'YYYY-MM-DDThh:mm:ss',
  words: 1,
  parse([text]) {
    const parts = text.split(/[-T:]/).map(Number);
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
    const time = Date.UTC(year, month - 1, day, hour, minute, second);
    return DATE.test(text) && year >= 1970 && time >= 0 && MOST.every((most, i) => (parts[i] ?? 0) <= most)
      ? value(new Date(time).toISOString().slice(0, 19))
      : refused(`\`${text}\` is no date`, 'from 1970 to 2038: 2001-02-03T04:05:06');
  },
  print: (text) => text,
  domain: { kind: 'one of', values: ['1970-01-01T02:00:00', '2012-09-08T09:06:05'] },
};

const numbers = Array.from({ length: 31 }, (_, i) => i + 1);

/** Days of the month. */
export const days: Codec<readonly number[]> = {
  metavar: 'DAY[,…]',
  words: 1,
  parse: ([text]) =>
    andThen(each(text.split(',').map((one) => readNumber(one, 1, 31))), (list) =>
      value(numbers.filter((day) => list.includes(day))),
    ),
  print: (list) => list.join(','),
  domain: { kind: 'subset', of: numbers, minimum: 1 },
};

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Days of the week by number, from Monday, or by name, of which the first two letters count. */
export const weekdays: Codec<readonly string[]> = {
  metavar: 'DAY[,…]',
  words: 1,
  parse([text]) {
    const read = each(
      text.split(',').map((one) => {
        const found = NAMES[Number(one) - 1] ?? NAMES.find((name) => name.slice(0, 2) === one.slice(0, 2));
        return found === undefined
          ? refused(`\`${one}\` is no day of the week`, `one of: ${NAMES.join(', ')}`)
          : value(found);
      }),
    );
    return andThen(read, (list) => value(NAMES.filter((name) => list.includes(name))));
  },
  print: (list) => list.join(','),
  domain: { kind: 'subset', of: NAMES, minimum: 1 },
};
