/**
 * Runs everything that must be green before a commit: `npm run check`, or `npm run check -- --no-tests` without the
 * unit tests. One line for each step; the output of a step that failed; exit code 1 when any did. `--report FILE` also
 * writes there which passed, as JSON.
 *
 * Steps run one after another: each of them uses all cores by itself.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

interface Step {
  readonly name: string;
  /** Script of package.json. */
  readonly script: string;
  readonly args?: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: 'types', script: 'types' },
  { name: 'lint', script: 'lint' },
  { name: 'layers', script: 'lint:layers' },
  { name: 'format', script: 'lint:format' },
  { name: 'unused', script: 'lint:unused' },
  { name: 'generated files', script: 'generate', args: ['--check'] },
  { name: 'figures of scale', script: 'bench:scale', args: ['--check'] },
];
const MAX_LINES = 80;
const UNIT_TESTS: Step = { name: 'unit tests', script: 'test:unit' };

/** Runs one step. @returns whether it succeeded */
async function runStep({ name, script, args = [] }: Step): Promise<boolean> {
  const start = performance.now();
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`);
  if (code !== 0) console.log(`\n${lastLines(output)}\n\nagain: npm run ${[script, ...args].join(' -- ')}\n`);
  return code === 0;
}

/** What matters of a long output stands at its end; the rest is there when the step is run again. */
function lastLines(output: string): string {
  const lines = output.trim().split('\n');
  return lines.length <= MAX_LINES ? lines.join('\n') : ['...', ...lines.slice(-MAX_LINES)].join('\n');
}

const { values } = parseArgs({ options: { 'no-tests': { type: 'boolean' }, report: { type: 'string' } } });
const results: { readonly name: string; readonly passed: boolean }[] = [];
for (const step of values['no-tests'] === true ? STEPS : [...STEPS, UNIT_TESTS]) {
  results.push({ name: step.name, passed: await runStep(step) });
}
if (results.some(({ passed }) => !passed)) process.exitCode = 1;
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(results));
