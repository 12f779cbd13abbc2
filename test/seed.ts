import fc from 'fast-check';

/** Every run draws the same cases, so a red build speaks of its change; `NETQED_SEED` draws others. */
fc.configureGlobal({ seed: Number(process.env['NETQED_SEED'] ?? 1) });
