/** What the real API server says about the CRDs. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCustomResourceDefinitions, readFixtures, repository } from '../support/custom-resource-definitions.ts';
import type { CustomResource } from '../support/custom-resource-definitions.ts';
import { Kubectl, type KubectlAnswer } from '../support/kubectl.ts';
import { realStack } from '../support/real-stack.ts';

const crdFolder = fileURLToPath(new URL('crds', repository));
const crdNames = readCustomResourceDefinitions().map(({ metadata }) => metadata.name);
const namespace = `crds-${randomBytes(4).toString('hex')}`;
let kubectl: Kubectl;

/** What the server would do with a file, without doing it. */
function tryFile(path: string): KubectlAnswer {
  return kubectl.try(['apply', '--dry-run=server', '--validate=strict', '-f', path]);
}

function apply(resource: object, ...options: readonly string[]): KubectlAnswer {
  return kubectl.try(['apply', '--validate=strict', ...options, '-f', '-'], resource);
}

function read(kind: string, name: string): { metadata: { generation: number }; spec: unknown; status: unknown } {
  return JSON.parse(kubectl.run(['get', kind, name, '-o', 'json'])) as ReturnType<typeof read>;
}

function generations(): Record<string, number> {
  const list = JSON.parse(kubectl.run(['get', 'crd', ...crdNames, '-o', 'json'])) as {
    items: { metadata: { name: string; generation: number } }[];
  };
  return Object.fromEntries(list.items.map(({ metadata }) => [metadata.name, metadata.generation]));
}

function aResource(kind: string, name: string, spec: object): CustomResource {
  return { apiVersion: 'security.opensearch.org/v1alpha1', kind, metadata: { name }, spec };
}

function strings(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}-`.padEnd(length, 'x'));
}

/** The server establishes a new CRD some time before it serves it. */
async function untilServed(): Promise<void> {
  const deadline = Date.now() + 30_000;
  let answer = kubectl.try(['get', 'opensearch-security']);
  while (!answer.accepted) {
    if (Date.now() > deadline) throw new Error(`the CRDs are not served: ${answer.output}`);
    await delay(200);
    answer = kubectl.try(['get', 'opensearch-security']);
  }
}

beforeAll(async () => {
  kubectl = new Kubectl((await realStack()).stack, namespace);
  kubectl.run(['create', 'namespace', namespace]);
  kubectl.run(['apply', '-f', crdFolder]);
  kubectl.run(['wait', '--for=condition=Established', '--timeout=60s', 'crd', ...crdNames]);
  await untilServed();
}, 120_000);

afterAll(() => {
  kubectl.try(['delete', 'opensearch-security', '--all']);
  kubectl.try(['delete', 'namespace', namespace, '--wait=false']);
  kubectl.close();
}, 60_000);

describe('the CRDs', () => {
  it('do not change when they are applied again', () => {
    const lines = kubectl.run(['apply', '-f', crdFolder]).trim().split('\n');
    expect(lines).toHaveLength(crdNames.length);
    expect(lines.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
  });

  it('do not change when they are applied by the server instead', () => {
    const before = generations();
    kubectl.run(['apply', '--server-side', '-f', crdFolder]);
    expect(generations()).toEqual(before);
  });

  it('have no fault that the server would only warn about', () => {
    const crds = JSON.parse(kubectl.run(['get', 'crd', ...crdNames, '-o', 'json'])) as {
      items: { status: { conditions: { type: string; status: string }[] } }[];
    };
    const types = crds.items.flatMap(({ status }) =>
      status.conditions.filter(({ status: is }) => is === 'True').map(({ type }) => type),
    );
    expect([...new Set(types)].sort()).toEqual(['Established', 'NamesAccepted']);
  });
});

describe('the corpora', () => {
  it.each(readFixtures('test/fixtures/crds/valid'))('$name is accepted', ({ path }) => {
    expect(tryFile(path)).toMatchObject({ accepted: true });
  });

  it.each(readFixtures('test/fixtures/crds/invalid'))('$name is refused: $expected', ({ path, expected }) => {
    const { accepted, output } = tryFile(path);
    expect(output).toContain(expected);
    expect(accepted).toBe(false);
  });

  it.each(['deploy/examples', 'deploy/security-config'].flatMap(readFixtures))(
    'the example $name is accepted',
    ({ resources }) => {
      const moved = resources.map((resource) => ({ ...resource, metadata: { ...resource.metadata, namespace } }));
      const answers = moved.map((resource) => apply(resource, '--dry-run=server'));
      expect(answers.filter(({ accepted }) => !accepted)).toEqual([]);
    },
  );

  it.each(readFixtures('test/fixtures/crds/updates'))(
    '$name: $expected',
    ({ resources: [before, after], expected }) => {
      expect(apply(before!)).toMatchObject({ accepted: true });
      const { accepted, output } = apply(after!);
      expect(accepted ? 'accepted' : output).toContain(expected);
    },
  );
});

describe('large objects', () => {
  it.each([
    [
      'a mapping of 2000 users',
      aResource('OpenSearchRoleMapping', 'large', { role: 'large', users: strings(2000, 300) }),
    ],
    [
      'a role with 128 index permissions',
      aResource('OpenSearchRole', 'large', {
        indexPermissions: Array.from({ length: 128 }, () => ({
          indexPatterns: strings(20, 60),
          allowedActions: strings(20, 60),
          fls: strings(20, 60),
          maskedFields: strings(20, 60),
        })),
      }),
    ],
    [
      'an action group of 1024 actions',
      aResource('OpenSearchActionGroup', 'large', { allowedActions: strings(1024, 256) }),
    ],
  ])('%s stays within the budget of the rules', (_, resource) => {
    expect(kubectl.try(['create', '--dry-run=server', '-f', '-'], resource)).toMatchObject({ accepted: true });
  });

  it.each([
    ['users', 2001, aResource('OpenSearchRoleMapping', 'large', { role: 'large', users: strings(2001, 10) })],
    ['clusterPermissions', 1025, aResource('OpenSearchRole', 'large', { clusterPermissions: strings(1025, 10) })],
  ])('%s is bounded: %i are too many', (field, _, resource) => {
    const { accepted, output } = kubectl.try(['create', '--dry-run=server', '-f', '-'], resource);
    expect(output).toContain(`spec.${field}: Too many`);
    expect(accepted).toBe(false);
  });
});

describe('an object that nobody has seen yet', () => {
  it('is not taken for ready', () => {
    kubectl.run(['apply', '-f', '-'], aResource('OpenSearchTenant', 'unseen', {}));
    expect(read('ostenant', 'unseen').status).toEqual({ observedGeneration: -1 });
    expect(kubectl.try(['wait', '--for=condition=Ready', '--timeout=1s', 'ostenant/unseen']).accepted).toBe(false);
  });

  it('keeps its spec as it was written, without defaults', () => {
    kubectl.run(
      ['apply', '-f', '-'],
      aResource('OpenSearchRoleMapping', 'plain', { role: 'plain', users: ['b', 'a'] }),
    );
    expect(read('osmap', 'plain').spec).toEqual({ role: 'plain', users: ['b', 'a'] });
  });
});

describe('two owners of one list', () => {
  it('each keep their own entries when they apply on the server', () => {
    const mapping = (user: string) => aResource('OpenSearchRoleMapping', 'shared', { role: 'shared', users: [user] });
    expect(apply(mapping('a'), '--server-side', '--field-manager=one')).toMatchObject({ accepted: true });
    expect(apply(mapping('b'), '--server-side', '--field-manager=two')).toMatchObject({ accepted: true });
    expect(apply(mapping('c'), '--server-side', '--field-manager=one')).toMatchObject({ accepted: true });
    expect(read('osmap', 'shared').spec).toEqual({ role: 'shared', users: ['b', 'c'] });
  });
});

describe('the status', () => {
  const ready = {
    type: 'Ready',
    status: 'True',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    reason: 'Applied',
    message: 'the cluster is as declared',
  };
  const common = { observedGeneration: 1, conditions: [ready], lastHandledReconcileAt: '2026-01-01' };
  const connection = {
    version: '3.4.0',
    clusterUUID: 'qwertyuiop',
    apiPrefix: 'Plugins',
    authenticatedAs: { name: 'admin', method: 'Basic' },
    pluginHealth: { status: 'UP', mode: 'strict' },
    resources: [{ type: 'roles', declared: 12, inSync: 12 }],
    certificates: [{ node: 'a', kind: 'http', subject: 'CN=a', issuer: 'CN=b', notAfter: '2026-01-01T00:00:00Z' }],
    flushCacheHandledAt: '1',
  };
  const named = { connection: 'a/b', resourceName: 'a role', plannedChanges: ['add allowedActions read'] };
  const auth = { basic: { secretRef: { name: 'admin' } } };

  function writeStatus(resource: CustomResource, status: object): KubectlAnswer {
    kubectl.run(['apply', '-f', '-'], resource);
    const { kind, metadata } = resource;
    return kubectl.try([
      'patch',
      kind,
      metadata.name,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);
  }

  const upgrade = { available: true, changes: ['roles: add a'] };
  const backups = [{ secretName: 'backup-1', createdAt: '2026-01-01T00:00:00Z' }];

  it.each([
    {
      kind: 'OpenSearchConnection',
      spec: { endpoints: ['https://a:9200'], auth },
      status: { ...common, ...connection },
    },
    { kind: 'OpenSearchRole', spec: {}, status: { ...common, ...named } },
    { kind: 'OpenSearchSecurityConfig', spec: {}, status: { ...common, ...named, backups, upgrade } },
  ])('of $kind keeps all that the operator writes', ({ kind, spec, status }) => {
    expect(writeStatus(aResource(kind, 'status', spec), status)).toMatchObject({ accepted: true });
    expect(read(kind, 'status').status).toEqual(status);
  });

  it('is shown in the columns, the message last', () => {
    writeStatus(aResource('OpenSearchRole', 'columns', {}), { ...common, connection: 'a/other' });
    const [header, row] = kubectl.run(['get', 'osrole', 'columns']).trim().split('\n');
    expect(header).toMatch(/^NAME +READY +REASON +CONNECTION +AGE +MESSAGE$/);
    expect(row).toMatch(/^columns +True +Applied +a\/other +\w+ +the cluster is as declared$/);
  });

  it('of every kind is found under one category', () => {
    kubectl.run(['apply', '-f', fileURLToPath(new URL('test/fixtures/crds/valid', repository))]);
    const output = kubectl.run(['get', 'opensearch-security', '-o', 'name']);
    expect(
      new Set(
        output
          .trim()
          .split('\n')
          .map((line) => line.split('/')[0]),
      ),
    ).toEqual(new Set(crdNames.map((name) => name.replace(/s(?=\.)/, ''))));
  });

  it('refuses a reason that is not one word', () => {
    const { accepted, output } = writeStatus(aResource('OpenSearchRole', 'reason', {}), {
      ...common,
      conditions: [{ ...ready, reason: 'Not found' }],
    });
    expect(output).toContain('status.conditions[0].reason');
    expect(accepted).toBe(false);
  });
});
