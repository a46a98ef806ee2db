import type { Estimate } from './model.ts';

const HEAD = [
  'connections',
  'objects',
  'one document',
  'all committed',
  'one edit',
  'one look',
  'all told',
  'memory',
  'nearest to its limit',
];

/** A table in Markdown, one line for each estimate. */
export function inTable(estimates: readonly Estimate[]): string {
  const lines = estimates.map((each) => [
    inThousands(each.connections),
    inThousands(each.objects),
    bytes(each.documentBytes),
    duration(each.commitSeconds),
    duration(each.editSeconds),
    duration(each.lookSeconds),
    duration(each.tellSeconds),
    `${inThousands(Math.round(each.memoryMiB))} MiB`,
    `${each.first.share > 1 ? '**' : ''}${each.first.what}, ${inThousands(Math.round(each.first.share * 100))} %${each.first.share > 1 ? '**' : ''}`,
  ]);
  return [HEAD, HEAD.map(() => '---:'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function inThousands(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function bytes(count: number): string {
  return count < 1e6 ? `${Math.ceil(count / 1000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function duration(seconds: number): string {
  if (seconds < 0.1) return '< 0.1 s';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
