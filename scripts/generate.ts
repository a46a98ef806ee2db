/** Writes all that is made from `crds/` and `scripts/argocd/`: `npm run generate`; with `-- --check` it only looks whether that is fresh. */
await import('./generate-types.ts');
await import('./generate-docs.ts');
await import('./generate-argocd.ts');
