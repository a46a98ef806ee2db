const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const text = { type: 'string' };
const selectors = {
  selector: object({ matchLabels: { type: 'object', additionalProperties: text } }),
  namespaceSelector: object({ matchNames: list(text) }),
};
const endpoints = list(
  object({
    port: text,
    path: text,
    interval: text,
    scrapeTimeout: text,
    relabelings: list(anything),
    metricRelabelings: list(anything),
  }),
);
const texts = { type: 'object', additionalProperties: text };
const rule = object({
  alert: text,
  record: text,
  expr: text,
  for: text,
  keep_firing_for: text,
  labels: texts,
  annotations: texts,
});

/**
 * CRDs that stand in for those of the Prometheus operator, which cannot be had here: just the fields of its documentation
 * that charts use, so that a misspelt one is refused.
 */
export const monitoringDefinitions: readonly object[] = [
  definition('ServiceMonitor', object({ ...selectors, endpoints })),
  definition('PodMonitor', object({ ...selectors, podMetricsEndpoints: endpoints })),
  definition('PrometheusRule', object({ groups: list(object({ name: text, interval: text, rules: list(rule) })) })),
];

function definition(kind: string, spec: object): object {
  const plural = `${kind.toLowerCase()}s`;
  const group = 'monitoring.coreos.com';
  const openAPIV3Schema = object({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

function object(properties: object): object {
  return { type: 'object', properties };
}

function list(items: object): object {
  return { type: 'array', items };
}
