import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

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

/** What is started by the name of its file, as a thread is, is no import that the bundler sees. */
const THREADS = [fileURLToPath(new URL('../src/commit/passwords/password-thread.ts', import.meta.url))];

/** Bundles a program, the parts that it loads when asked for, and its threads into one flat folder. */
export async function bundle(program: string, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [program, ...THREADS],
    outdir: folder,
    // All in one folder: a thread lies beside whatever part starts it.
    entryNames: '[name]',
    chunkNames: 'part-[name]-[hash]',
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
  return metafile;
}
