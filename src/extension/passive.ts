import { readLengths } from './verbatim.ts';

// biome-ignore format: a table
const ROWS: Readonly<Record<string, string>> = {
  ACCOUNT:     'addr=1 tname=1',
  ULOG:        'ulog-nlgroup=1 ulog-prefix=1 ulog-cprange=1 ulog-qthreshold=1',
};

/** Targets after which the next rule is asked and that change nothing which decides where a packet goes, with their options. */
export const PASSIVE_TARGETS: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(ROWS).map(([name, options]) => [name, readLengths(options)]),
);
