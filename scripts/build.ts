/**
 * Bundles the program into `dist/main.js` and the parts that it loads when asked for: `npm run build`.
 *
 * The bundle needs Node and nothing else. What only a kubeconfig needs (a large library) stays a file of its own, so that
 * a pod never loads it. Source maps lie beside the files: NODE_OPTIONS=--enable-source-maps makes stack traces readable.
 */
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { bundle } from './bundle.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

rmSync(DIST, { recursive: true, force: true });
const metafile = await bundle(MAIN, DIST);
chmodSync(`${DIST}main.js`, 0o755);
console.log(describeSizes(metafile));

function describeSizes({ outputs }: Metafile): string {
  const sizes = Object.entries(outputs).filter(([file]) => file.endsWith('.js'));
  const bytes = sizes.reduce((sum, [, output]) => sum + output.bytes, 0);
  return `dist/main.js and ${sizes.length - 1} parts, ${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
