import type { Tally } from './tally.ts';

/** Prints what was skipped and what failed, in full, and the totals in the last line. */
export function printResult({ passed, failed, failures, skipped }: Tally): void {
  for (const name of skipped) console.log(`skipped: ${name}`);
  for (const { what, output } of failures) console.log(`\nFAILED ${what}\n\n${output.trimEnd()}\n`);
  console.log(`${passed} passed, ${failed} failed`);
}
