const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** While it runs, a signal that ends the process takes the lab's namespaces down first (`namespace.ts`, at exit). */
export async function interruptible<T>(run: () => Promise<T>): Promise<T> {
  const handlers = Object.entries(SIGNALS).map(([name, number]) => {
    const leave = (): never => process.exit(128 + number);
    process.once(name, leave);
    return () => void process.removeListener(name, leave);
  });
  try {
    return await run();
  } finally {
    for (const remove of handlers) remove();
  }
}
