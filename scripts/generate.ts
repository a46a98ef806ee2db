/**
 * Writes all that is made from `crds/`, from the metrics and from `scripts/argocd/`, and what the chart needs: `npm run generate`;
 * with `-- --check` it only looks whether that is fresh.
 */
await import('./generate-types.ts');
await import('./generate-docs.ts');
await import('./generate-metrics.ts');
await import('./generate-argocd.ts');
await import('./generate-chart.ts');
