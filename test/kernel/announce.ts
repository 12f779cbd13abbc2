import { present, whyNot } from '../../src/lab/possible.ts';
import { whyNoPaths } from '../../src/lab/rulepath.ts';

/** A run that judges nothing, or not everything, says why before anything else. */
export default function announce(): void {
  const reason = whyNot();
  if (reason !== undefined) return console.warn(`SKIPPED: every test of test/kernel (${reason})`);
  const paths = whyNoPaths();
  if (paths !== undefined) console.warn(`SKIPPED: the tests of rule paths and of netqed replay (${paths})`);
  for (const command of ['conntrack', 'ebtables-restore', 'arptables-restore'])
    if (!present(command)) console.warn(`not installed: ${command}, so tests that need it fail`);
}
