import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { createMetrics } from '../../src/metrics.ts';
import { collectProcessMetrics } from '../../src/metrics/process-metrics.ts';
import { ALERTS, ALERT_TESTS, DASHBOARD } from './prom-check.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Words of PromQL that look like metrics; labels in `by (...)` and `{...}` are taken out before. */
const FUNCTIONS = new Set(
  'absent and by count histogram_quantile increase max min min_over_time on or rate sum time unless vector'.split(' '),
);

function known(): ReadonlyMap<string, readonly string[]> {
  const { registry } = createMetrics();
  collectProcessMetrics(registry);
  return new Map(
    (registry.getMetricsAsArray() as unknown as { name: string; type: string; labelNames: string[] }[]).flatMap(
      ({ name, type, labelNames }) => {
        const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
        return suffixes.map((suffix) => [`${name}${suffix}`, labelNames] as const);
      },
    ),
  );
}

/** The metrics that an expression asks for, each with the labels in its braces. */
function asked(expr: string): readonly (readonly [metric: string, labels: readonly string[]])[] {
  const plain = expr.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\b(by|on)\s*\([^)]*\)/g, '');
  return [...plain.matchAll(/([a-z_]\w*)\s*(\{[^}]*\})?(?![\w"(])/g)]
    .filter(([, word = '']) => !FUNCTIONS.has(word))
    .filter(({ index }) => !isWithinBraces(plain, index))
    .map(([, word = '', braces = '']) => [word, [...braces.matchAll(/(\w+)\s*(?==)/g)].map(([, label = '']) => label)]);
}

function isWithinBraces(text: string, index: number): boolean {
  return text.lastIndexOf('{', index) > text.lastIndexOf('}', index);
}

/** Labels that Prometheus adds to what it scrapes. */
const ADDED = ['job', 'namespace', 'instance', 'pod'];

function unknownIn(expr: string): readonly string[] {
  const metrics = known();
  return asked(expr).flatMap(([metric, labels]) => {
    const own = metrics.get(metric);
    if (own === undefined) return [metric];
    return labels
      .filter((label) => !own.includes(label) && !ADDED.includes(label))
      .map((label) => `${metric}{${label}}`);
  });
}

const rules = (load(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
};
const docs = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');

describe('an expression', () => {
  test('is read for the metrics and labels that it asks for', () => {
    expect(asked('sum by (x) (rate(a_total{b="c", d=~"e"}[5m])) / max(f) > 0 unless on () (g == 1)')).toEqual([
      ['a_total', ['b', 'd']],
      ['f', []],
      ['g', []],
    ]);
    expect(unknownIn('workqueue_depth{nmae="x"} + workqueue_width')).toEqual([
      'workqueue_depth{nmae}',
      'workqueue_width',
    ]);
  });
});

describe('an alert', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for metrics that there are', (_, { expr }) => {
    expect(asked(expr).length).toBeGreaterThan(0);
    expect(unknownIn(expr)).toEqual([]);
  });

  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says how grave it is and what to do, and is tested both ways',
    (alert, { labels, annotations }) => {
      expect(labels.severity).toMatch(/^(critical|warning|info)$/);
      expect(annotations.runbook).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
      expect(docs).toMatch(new RegExp(`^### ${alert}\\n\\n\\S`, 'm'));
      const tests = readFileSync(ALERT_TESTS, 'utf8');
      expect([`${alert} fires`, `${alert} keeps quiet`].filter((name) => !tests.includes(`name: ${name}`))).toEqual([]);
    },
  );

  test('that is described exists', () => {
    const described = [...docs.matchAll(/^### (\w+)/gm)].map(([, name]) => name);
    expect(described).toEqual(rules.map(({ alert }) => alert));
  });
});

describe('the dashboard', () => {
  const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );

  test.each(panels)('asks in %s for metrics that there are', (_, expr) => {
    expect(asked(expr).length).toBeGreaterThan(0);
    expect(unknownIn(expr)).toEqual([]);
  });

  test('shows every metric of our own', () => {
    const shown = new Set(panels.flatMap(([, expr]) => asked(expr).map(([metric]) => metric)));
    const names = createMetrics()
      .registry.getMetricsAsArray()
      .map(({ name }) => name);
    expect(names.filter((name) => ![name, `${name}_bucket`, `${name}_count`].some((one) => shown.has(one)))).toEqual(
      [],
    );
  });

  test('offers what its metrics have to choose from', () => {
    for (const { definition } of dashboard.templating.list)
      if (definition !== undefined) expect(definition).toMatch(/^label_values\(controller_runtime_/);
  });
});
