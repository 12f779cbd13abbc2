import { join } from 'node:path';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';

export const MODELS = join(import.meta.dirname, '../../models/nova-network');
export const SINGLE_HOST = join(MODELS, 'single-host');

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line with pipes for stdout and stderr (or what `io` says of them). */
export async function netqed(args: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const status = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outIsTty: false,
    errIsTty: false,
    env: {},
    ...io,
  });
  return { status, out, err };
}
