import { describe, expect, it } from '@jest/globals';
import { readCustomResourceDefinitions, rootSchema, walk } from '../support/custom-resource-definitions.ts';
import type { Schema } from '../support/custom-resource-definitions.ts';

const KIBIBYTE = 1024;
const SHORT_NAMES = {
  OpenSearchActionGroup: 'osag',
  OpenSearchConnection: 'osconn',
  OpenSearchRole: 'osrole',
  OpenSearchRoleMapping: 'osmap',
  OpenSearchSecurityConfig: 'osconfig',
  OpenSearchTenant: 'ostenant',
  OpenSearchUser: 'osuser',
};
/** Objects whose content only OpenSearch knows, such as the settings of an authenticator. */
const OPEN_OBJECTS = [
  'spec.audit.audit',
  'spec.audit.compliance',
  'spec.dynamic.authc{}.authentication_backend.config',
  'spec.dynamic.authc{}.http_authenticator.config',
  'spec.dynamic.authz{}.authorization_backend.config',
];
/** The functions and macros of core CEL that rules may use, so that the offline check understands every rule too. */
const CORE_CEL = [
  'all',
  'contains',
  'endsWith',
  'exists',
  'exists_one',
  'filter',
  'has',
  'matches',
  'size',
  'startsWith',
];

const crds = readCustomResourceDefinitions();
const resources = crds.filter((crd) => crd.spec.names.kind !== 'OpenSearchConnection');
const fields = crds.flatMap((crd) =>
  walk(rootSchema(crd)).map(([path, schema]) => ({
    kind: crd.spec.names.kind,
    path,
    schema,
    field: `${crd.spec.names.kind} ${path}`,
  })),
);
const ownFields = fields.filter(({ path }) => /^(spec|status)\b/.test(path));
const objects = new Map(crds.map((crd) => [crd.spec.names.kind, new Map(walk(rootSchema(crd)))]));

function where(matches: (schema: Schema, path: string) => boolean): string[] {
  return ownFields.filter(({ schema, path }) => matches(schema, path)).map(({ field }) => field);
}

describe('the kinds', () => {
  it('are the seven of the design, with their short names', () => {
    expect(Object.fromEntries(crds.map(({ spec: { names } }) => [names.kind, ...names.shortNames]))).toEqual(
      SHORT_NAMES,
    );
  });

  it.each(crds)(
    '$metadata.name is namespaced, in the category, and served and stored as v1alpha1',
    ({ metadata, spec }) => {
      expect(spec.names.plural).toBe(`${spec.names.kind.toLowerCase()}s`);
      expect(metadata.name).toBe(`${spec.names.plural}.security.opensearch.org`);
      expect(spec).toMatchObject({
        group: 'security.opensearch.org',
        scope: 'Namespaced',
        names: { categories: ['opensearch-security'] },
        versions: [{ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } }],
      });
    },
  );

  it.each(crds)('$metadata.name shows Ready first and the message last', ({ spec }) => {
    const second = spec.names.kind === 'OpenSearchConnection' ? 'Version' : 'Connection';
    expect(spec.versions[0]!.additionalPrinterColumns.map(({ name }) => name)).toEqual([
      'Ready',
      'Reason',
      second,
      'Age',
      'Message',
    ]);
  });

  it.each(crds)('$metadata.name fits into the annotation that client-side apply writes', (crd) => {
    expect(JSON.stringify(crd).length).toBeLessThan(200 * KIBIBYTE);
  });

  it('fit into one object together', () => {
    expect(JSON.stringify(crds).length).toBeLessThan(KIBIBYTE * KIBIBYTE);
  });
});

describe('every field', () => {
  it('says what it is for', () => {
    const described = where((schema, path) => !/(\[\]|\{\})$/.test(path) && (schema.description ?? '') === '');
    expect(described).toEqual([]);
  });

  it('that is a string is bounded', () => {
    expect(where((schema) => schema.type === 'string' && !(schema.maxLength ?? schema.enum ?? schema.format))).toEqual(
      [],
    );
  });

  it('that is a list is bounded and says how it merges', () => {
    expect(
      where((schema) => schema.type === 'array' && !(schema.maxItems && schema['x-kubernetes-list-type'])),
    ).toEqual([]);
  });

  it('that is a map or an open object is bounded', () => {
    expect(
      where((schema) =>
        (schema.additionalProperties ?? schema['x-kubernetes-preserve-unknown-fields']) && !schema.maxProperties
          ? true
          : false,
      ),
    ).toEqual([]);
  });

  it('that is an object says what is in it, but for the settings that only OpenSearch knows', () => {
    const open = fields.filter(({ schema }) => schema['x-kubernetes-preserve-unknown-fields'] === true);
    const silent = open.filter(({ schema }) => schema.properties === undefined);
    expect(silent.map(({ path }) => path).sort()).toEqual(OPEN_OBJECTS);
  });

  it('is open for more than it says only where a later OpenSearch may have more', () => {
    const open = fields.filter(({ schema }) => schema['x-kubernetes-preserve-unknown-fields'] && schema.properties);
    const others = open.filter(
      ({ kind, path }) => kind !== 'OpenSearchSecurityConfig' || !path.startsWith('spec.dynamic'),
    );
    expect(others.map(({ field }) => field)).toEqual([]);
  });

  it('is a plain integer where other APIs have a quantity or a duration', () => {
    expect(
      where(
        (schema) =>
          schema['x-kubernetes-int-or-string'] === true || schema.type === 'number' || schema.format === 'duration',
      ),
    ).toEqual([]);
  });

  it('has no default but the status, so that no GitOps tool sees a difference', () => {
    const defaults = fields.filter(({ schema }) => schema.default !== undefined);
    expect(defaults.map(({ path, schema }) => ({ path, default: schema.default }))).toEqual(
      crds.map(() => ({ path: 'status', default: { observedGeneration: -1 } })),
    );
  });

  it('that names an address belongs to a connection, so that nobody else says where credentials go', () => {
    const addresses = ownFields.filter(
      ({ kind, path, schema }) =>
        kind !== 'OpenSearchConnection' &&
        schema.type === 'string' &&
        /(^|[._])(url|host|endpoint|address|server)$|(Url|Host|Endpoint|Address)$/i.test(path),
    );
    expect(addresses.map(({ field }) => field)).toEqual([]);
  });
});

describe('every list', () => {
  it('that is a set has scalar entries', () => {
    expect(where((schema) => schema['x-kubernetes-list-type'] === 'set' && schema.items?.type !== 'string')).toEqual(
      [],
    );
  });

  it('that is a map requires its keys', () => {
    const withoutKey = where(
      ({ items, ...schema }) =>
        !(schema['x-kubernetes-list-map-keys'] ?? []).every((key) => items?.required?.includes(key)),
    );
    expect(withoutKey).toEqual([]);
  });

  it('whose order matters is replaced as a whole', () => {
    const atomic = ['spec.endpoints', 'spec.indexPermissions', 'spec.tenantPermissions', 'spec.grants'];
    const found = ownFields.filter(({ path }) => atomic.includes(path));
    expect(found.map(({ path }) => path).sort()).toEqual([...atomic].sort());
    expect(found.filter(({ schema }) => schema['x-kubernetes-list-type'] !== 'atomic')).toEqual([]);
  });
});

describe('every rule', () => {
  const rules = fields.flatMap(({ field, schema }) =>
    (schema['x-kubernetes-validations'] ?? []).map((rule) => ({ field, ...rule })),
  );

  it('has a message', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter(({ message }) => (message ?? '').length < 20)).toEqual([]);
  });

  it('uses core CEL only', () => {
    const used = rules.flatMap(({ rule }) =>
      [...rule.replace(/"[^"]*"/g, '""').matchAll(/(\w+)\(/g)].map(([, name]) => name!),
    );
    expect([...new Set(used)].filter((name) => !CORE_CEL.includes(name))).toEqual([]);
  });
});

describe('what all kinds have in common', () => {
  const common = ['connectionRef', 'adoptionPolicy', 'deletionPolicy', 'managementPolicy'];
  const shape = (kind: string, path: string) =>
    JSON.stringify(objects.get(kind)?.get(path), (key, value: unknown) => (key === 'description' ? undefined : value));

  it.each(resources)('$spec.names.kind has the common fields, spelled the same', ({ spec: { names } }) => {
    expect(common.map((field) => shape(names.kind, `spec.${field}`))).toEqual(
      common.map((field) => shape('OpenSearchTenant', `spec.${field}`)),
    );
  });

  it.each(resources)('$spec.names.kind keeps its connection', ({ spec: { names } }) => {
    const paths = (objects.get(names.kind)?.get('spec')?.['x-kubernetes-validations'] ?? []).map(
      ({ fieldPath }) => fieldPath,
    );
    expect(paths.filter((path) => path === '.connectionRef')).toHaveLength(2);
  });

  it.each(crds)('$spec.names.kind has conditions as Kubernetes defines them', (crd) => {
    const status = rootSchema(crd).properties?.['status']?.properties;
    expect(status?.['observedGeneration']).toMatchObject({ type: 'integer', format: 'int64' });
    expect(status?.['lastHandledReconcileAt']).toMatchObject({ type: 'string' });
    expect(status?.['conditions']).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    });
    expect(status?.['conditions']?.items).toMatchObject({
      required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
      properties: {
        type: { maxLength: 316 },
        status: { enum: ['True', 'False', 'Unknown'] },
        observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
        lastTransitionTime: { type: 'string', format: 'date-time' },
        reason: { minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' },
        message: { maxLength: 32768 },
      },
    });
  });
});
