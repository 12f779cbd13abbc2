import { type Codec, each, refused, value } from './codec.ts';
import { readNumber } from './number.ts';

const two = (number: number): string => `${number}`.padStart(2, '0');

/** `HH:MM[:SS]`, in seconds. */
export const clock: Codec<number> = {
  metavar: 'HH:MM[:SS]',
  words: 1,
  parse([text = '']) {
    const [, hours = '', minutes = '', seconds = '0'] = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text) ?? [];
    if (hours === '' || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
      return refused(`\`${text}\` is no time of day`, 'from 00:00:00 to 23:59:59');
    return value(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  },
  print: (time) => [time / 3600, (time / 60) % 60, time % 60].map((part) => two(Math.floor(part))).join(':'),
  domain: { kind: 'integer', low: 1, high: 86_398 },
};

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`, printed in full. */
export const instant: Codec<string> = {
  metavar: 'YYYY-MM-DDThh:mm:ss',
  words: 1,
  parse([text = '']) {
    const parts = /^(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:T(\d\d?)(?::(\d\d?)(?::(\d\d?))?)?)?)?)?$/.exec(text);
    if (parts === null) return refused(`\`${text}\` is no date`, 'write 2001-02-03T04:05:06');
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
      .slice(1)
      .map((one) => (one === undefined ? undefined : Number(one)));
    const inRange = year >= 1970 && year <= 2038 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    if (!inRange || hour > 23 || minute > 59 || second > 59)
      return refused(`\`${text}\` is no date`, 'from 1970 to 2038');
    return value(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`);
  },
  print: (text) => text,
  domain: { kind: 'one of', values: ['1970-01-01T02:00:00', '2012-09-08T09:06:05'] },
};

const numbers = Array.from({ length: 31 }, (_, i) => i + 1);

/** Days of the month. */
export const days: Codec<readonly number[]> = {
  metavar: 'DAY[,…]',
  words: 1,
  parse([text = '']) {
    const read = each(text.split(',').map((one) => readNumber(one, 1, 31)));
    return 'refused' in read ? read : value(numbers.filter((day) => read.value.includes(day)));
  },
  print: (list) => list.join(','),
  domain: { kind: 'subset', of: numbers, minimum: 1 },
};

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Days of the week by name or number, from Monday. */
export const weekdays: Codec<readonly string[]> = {
  metavar: 'DAY[,…]',
  words: 1,
  parse([text = '']) {
    const read = each(
      text.split(',').map((one) => {
        const found =
          NAMES[Number(one) - 1] ??
          NAMES.find((name) => name.toLowerCase().startsWith(one.slice(0, 3).toLowerCase()) && one.length > 1);
        return found === undefined
          ? refused(`\`${one}\` is no day of the week`, `one of: ${NAMES.join(', ')}`)
          : value(found);
      }),
    );
    return 'refused' in read ? read : value(NAMES.filter((name) => read.value.includes(name)));
  },
  print: (list) => list.join(','),
  domain: { kind: 'subset', of: NAMES, minimum: 1 },
};
