/** Imports go one way, see docs/architecture.md: main, cli -> engine -> watch, commit, status -> desired, plan -> kinds -> generated. */
const layer = (names) => `^src/(${names})(/|\\.ts$)`;
const forbid = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    forbid('nothing-imports-main', '^src/(?!main\\.ts|cli/)', '^src/(main\\.ts|cli/)', 'the shell is on top'),
    forbid('engine-below-cli', layer('watch|commit|status|desired|plan|kinds|generated|clients'), layer('engine|cli')),
    forbid('pure-core', layer('desired|plan|kinds|generated'), layer('watch|commit|status|clients|log|metrics|clock')),
    forbid('kinds-below-plan', layer('kinds|generated'), layer('desired|plan')),
    forbid('generated-below-all', layer('generated'), layer('kinds')),
    forbid('clients-know-no-layer', layer('clients'), layer('watch|commit|status|desired|plan|kinds')),
    forbid('network-only-for-edges', layer('engine|desired|plan|kinds'), layer('clients')),
    forbid('watch-apart', layer('watch'), layer('commit|status')),
    forbid('commit-apart', layer('commit'), layer('watch|status')),
    forbid('status-apart', layer('status'), layer('watch|commit')),
    {
      name: 'pure-core-no-node',
      severity: 'error',
      comment: 'decisions are functions of plain data: no I/O, no clock, no logger',
      from: { path: layer('desired|plan|kinds') },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'network-libraries-only-in-clients',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/clients/' },
      to: { path: 'node_modules/(undici|@kubernetes/client-node)/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
