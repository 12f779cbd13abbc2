import { CommanderError } from 'commander';
import { EXIT } from '../report/status.ts';
import { explainInternal } from './internal.ts';
import type { Io } from './io.ts';
import { program } from './program.ts';

/**
 * Runs one command line (without `node` and the script) and gives its exit status: 0 yes or met, 1 no or violated,
 * 2 usage or unreadable input, 3 unknown, 70 internal error. Never throws.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let status: Promise<number> = Promise.resolve(EXIT.met);
  try {
    await program(io, (promise) => {
      status = promise;
    }).parseAsync(argv, { from: 'user' });
    return await status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.met : EXIT.unusable;
    io.err(explainInternal(error));
    return EXIT.internal;
  }
}
