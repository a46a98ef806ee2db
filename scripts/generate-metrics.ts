/**
 * Writes the table of `docs/metrics.md` from the metrics themselves, between its two marks.
 *
 * `npm run generate` writes; `npm run generate -- --check` changes nothing and exits with 1 when the table is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { MetricObject } from '@prometheus-io/client';
import { createMetrics } from '../src/metrics.ts';

const PAGE = new URL('../docs/metrics.md', import.meta.url);
const BEGIN = '<!-- metrics: made from src/metrics/ by `npm run generate`; do not edit -->';
const END = '<!-- end of metrics -->';

/** What the types of the library do not tell of a metric. */
type Described = MetricObject & { readonly labelNames?: readonly string[] };

function rowOf({ name, type, help, labelNames = [] }: Described): string {
  const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
  return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
}

function table(): string {
  const metrics = createMetrics().registry.getMetricsAsArray() as readonly Described[];
  const rows = metrics.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(rowOf);
  return [BEGIN, '', '| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows, '', END].join('\n');
}

const page = readFileSync(PAGE, 'utf8');
const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
if (from < 0 || to < from) throw new Error(`docs/metrics.md lacks its marks: ${BEGIN} and ${END}`);
const wanted = page.slice(0, from) + table() + page.slice(to + END.length);
if (wanted !== page && process.argv.includes('--check')) {
  console.error('docs/metrics.md is stale: run "npm run generate" and commit the result');
  process.exitCode = 1;
} else if (wanted !== page) {
  writeFileSync(PAGE, wanted);
}
