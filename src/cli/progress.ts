import type { Io } from './io.ts';

/** Says what is being done, to a person who waits: on stderr, and only where that is a terminal. */
export interface Progress {
  readonly say: (text: string) => void;
  readonly stop: () => void;
}

const SILENT: Progress = { say: () => {}, stop: () => {} };

export async function startProgress({ errIsTty, env }: Io, text: string): Promise<Progress> {
  if (!errIsTty || env['CI'] !== undefined || env['TERM'] === 'dumb') return SILENT;
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text, stream: process.stderr, handleSignals: false }).start();
  return {
    say: (next) => {
      spinner.text = next;
    },
    stop: () => void spinner.stop(),
  };
}
