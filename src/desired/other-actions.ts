/**
 * Actions of OpenSearch's own modules, whose jars are published nowhere, so that they are missing in `known-actions.ts`.
 * Source: modules/{reindex,ingest-common,lang-painless} of OpenSearch.
 */
export const moduleActions: readonly string[] = [
  'cluster:admin/ingest/processor/grok/get',
  'cluster:admin/reindex/rethrottle',
  'cluster:admin/scripts/painless/context',
  'cluster:admin/scripts/painless/execute',
];

/**
 * Names that no action of a supported version bears, but that many roles carry because OpenSearch gave them out: in the
 * roles of the Security plugin, its documentation or the lists of Dashboards. Granting them is harmless, and whoever
 * copied them made no mistake: they are accepted, and never suggested.
 */
export const formerActions: readonly string[] = [
  'cluster:admin/tasks/test',
  'cluster:admin/tasks/testunblock',
  'indices:admin/aliases/exists',
  'indices:admin/mapping/get',
  'indices:admin/setting/put',
  'indices:admin/shrink',
  'indices:admin/synced_flush',
  'indices:admin/types/exists',
  'indices:data/read/suggest',
];
