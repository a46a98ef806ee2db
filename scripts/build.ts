/**
 * Bundles the program into `dist/main.js` and the parts that it loads when asked for: `npm run build`.
 *
 * The bundle needs Node and nothing else. What only a kubeconfig needs (a large library) stays a file of its own, so that
 * a pod never loads it. Source maps lie beside the files: NODE_OPTIONS=--enable-source-maps makes stack traces readable.
 */
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/**
 * CommonJS modules in the bundle ask for Node's own modules with `require`, which ES modules do not have.
 * An older Node is told so: it would fail later, and with words that help nobody.
 */
const BANNER = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write('opensearch-security needs Node 24 or later, this is ' + process.version + '\\n');
  process.exit(1);
}`;

rmSync(DIST, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [MAIN],
  outdir: DIST,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'external',
  banner: { js: BANNER },
  metafile: true,
  logLevel: 'warning',
});
chmodSync(`${DIST}main.js`, 0o755);
console.log(describeSizes(metafile));

function describeSizes({ outputs }: Metafile): string {
  const sizes = Object.entries(outputs).filter(([file]) => file.endsWith('.js'));
  const bytes = sizes.reduce((sum, [, output]) => sum + output.bytes, 0);
  return `dist/main.js and ${sizes.length - 1} parts, ${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
