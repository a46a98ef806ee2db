/**
 * Writes the table of `docs/metrics.md` from the metrics themselves, between its two marks.
 *
 * `npm run generate` writes; `npm run generate -- --check` changes nothing and exits with 1 when the table is stale.
 */
import { readFileSync } from 'node:fs';
import type { MetricObject } from '@prometheus-io/client';
import { createMetrics } from '../src/metrics.ts';
import { replaceBetween, writeGenerated } from './generated-file.ts';

const PAGE = 'docs/metrics.md';
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
  return ['', '', '| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows, '', ''].join('\n');
}

writeGenerated(
  PAGE,
  replaceBetween(readFileSync(new URL(`../${PAGE}`, import.meta.url), 'utf8'), [BEGIN, END], table()),
);
