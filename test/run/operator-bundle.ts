import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/bundle.ts';
import type { Run } from './phase.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The operator as the image has it: hundreds are started, and each takes a second longer from its sources. */
export async function bundleOperator({ folder }: Run): Promise<void> {
  const place = placeOf(folder);
  await bundle(MAIN, place);
  writeFileSync(join(place, 'package.json'), '{"type":"module"}');
}

/** What tells the tests to start that one. */
export function bundledOperator({ folder }: Run): Readonly<Record<string, string>> {
  return { OPERATOR_MAIN: join(placeOf(folder), 'main.js') };
}

function placeOf(folder: string): string {
  return join(folder, 'operator');
}
