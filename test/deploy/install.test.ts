/** Installations on a real API server: what is there afterwards, and what is left. No pods run there. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readCustomResourceDefinitions } from '../support/custom-resource-definitions.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { waitFor } from '../support/wait-for.ts';
import { chartFolder, type Helm } from '../tools/helm.ts';
import { Server } from './server.ts';

const own = 'install-own';
const [search, elsewhere] = ['install-search', 'install-elsewhere'];
const release = 'operator';
const fullName = 'operator-opensearch-security-operator';
const crdNames = readCustomResourceDefinitions().map(({ metadata }) => metadata.name);
const tenant = {
  apiVersion: 'security.opensearch.org/v1alpha1',
  kind: 'OpenSearchTenant',
  metadata: { name: 'kept', namespace: search, finalizers: ['security.opensearch.org/finalizer'] },
  spec: {},
};

let server: Server;
let kubectl: Kubectl;

beforeAll(async () => {
  server = await Server.open(search);
  kubectl = server.kubectl;
  await server.deleteDefinitions();
  for (const name of [own, search, elsewhere]) server.createNamespace(name);
});
afterEach(free);
afterAll(async () => {
  await server.deleteDefinitions();
  server.deleteNamespaces(own, search, elsewhere);
  server.close();
});

/** What the operator would do, were it there. */
function free(): void {
  kubectl.try(['patch', 'ostenant', 'kept', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
}

function definitions(): string[] {
  const output = kubectl.run([
    'get',
    'crd',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name} {.metadata.deletionTimestamp}{"\\n"}{end}',
  ]);
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes('security.opensearch.org'));
}

/** What a release has in the cluster besides CRDs. */
function leftOf(label: string): string {
  const kinds =
    'deployment,serviceaccount,role,rolebinding,clusterrole,clusterrolebinding,service,networkpolicy,poddisruptionbudget';
  return kubectl.run(['get', kinds, '-A', '-l', label, '-o', 'name']).trim();
}

/** What the account of the operator may do. */
function may(verb: string, resource: string, namespace: string): boolean {
  const account = `system:serviceaccount:${own}:${fullName}`;
  return kubectl.try(['auth', 'can-i', verb, resource, '--as', account, '-n', namespace]).accepted;
}

function maxLength(): string {
  const schema = '{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.description.maxLength}';
  return kubectl.run(['get', 'crd', 'opensearchtenants.security.opensearch.org', '-o', `jsonpath=${schema}`]);
}

/** The chart of a later version, whose tenants have other limits. @returns its folder and the limit */
function laterChart(): { folder: string; limit: string } {
  const folder = join(server.folder, 'later');
  cpSync(chartFolder, folder, { recursive: true });
  const file = join(folder, 'files', 'crds', 'security.opensearch.org_opensearchtenants.yaml');
  const text = readFileSync(file, 'utf8');
  const later = text.replace(
    /(description:\n +type: string\n(?: +description: .*\n(?: {18,}.*\n)*)? +maxLength: )\d+/,
    '$1777',
  );
  if (later === text) throw new Error('the CRD has another shape: adapt this test');
  writeFileSync(file, later);
  return { folder, limit: '777' };
}

describe.each(['four', 'three'] as const)('Helm %s', (major) => {
  let helm: Helm;
  const at = ['--namespace', own];
  beforeAll(async () => (helm = await server.helm(major)));
  afterEach(() => {
    helm.try(['uninstall', release, ...at]);
  });

  function install(...settings: readonly string[]): string {
    return helm.run(['install', release, chartFolder, ...at, ...settings]);
  }

  it('installs, upgrades CRDs, rolls back and leaves CRDs and objects when it uninstalls', async () => {
    expect(install('--set', `rbac.secrets.namespaces={${search}}`)).toContain('rollout status');
    expect(kubectl.run(['get', 'deployment', fullName, '-n', own, '-o', 'name'])).toContain(fullName);
    await server.untilServed();
    kubectl.run(['apply', '-f', '-'], tenant);
    const before = maxLength();
    const { folder, limit } = laterChart();
    helm.run(['upgrade', release, folder, ...at, '--reuse-values']);
    expect(maxLength()).toBe(limit);
    helm.run(['rollback', release, '1', ...at]);
    expect(maxLength()).toBe(before);
    const start = performance.now();
    helm.run(['uninstall', release, ...at]);
    expect(performance.now() - start).toBeLessThan(60_000);
    expect(leftOf(`app.kubernetes.io/instance=${release}`)).toBe('');
    expect(definitions()).toEqual(crdNames);
    const live = JSON.parse(kubectl.run(['get', 'ostenant', 'kept', '-o', 'json'])) as { metadata: object };
    expect(live.metadata).not.toHaveProperty('deletionTimestamp');
    // The same release takes over what it left.
    install();
  });

  it('removes the CRDs, too, with crds.keep=false', async () => {
    install('--set', 'crds.keep=false');
    expect(definitions()).toEqual(crdNames);
    await server.untilServed();
    helm.run(['uninstall', release, ...at]);
    await waitFor('no CRD is left', async () => (definitions().length === 0 ? true : undefined), 120_000);
  });

  it('makes connections and examples once the CRDs are there', async () => {
    install('--namespace', own);
    await server.untilServed();
    const connection = {
      name: 'default',
      spec: { endpoints: ['https://a.example.com'], auth: { basic: { secretRef: { name: 'a' } } } },
    };
    const values = server.file(
      'values.json',
      JSON.stringify({ connections: [connection], examples: { enabled: true } }),
    );
    helm.run(['upgrade', release, chartFolder, ...at, '--values', values]);
    expect(kubectl.run(['get', 'osconn,osrole', '-n', own, '-o', 'name']).trim().split('\n')).toHaveLength(2);
  });

  it('goes from leader election to none and back', () => {
    install();
    const strategy = ['get', 'deployment', fullName, '-n', own, '-o', 'jsonpath={.spec.strategy.type}'];
    for (const [leaderElect, expected] of [
      [false, 'Recreate'],
      [true, 'RollingUpdate'],
    ] as const) {
      helm.run(['upgrade', release, chartFolder, ...at, '--set', `leaderElect=${leaderElect}`]);
      expect(kubectl.run(strategy)).toBe(expected);
    }
  });

  it('gives the operator just the rights of its mode', () => {
    install('--set', `rbac.secrets.namespaces={${search}}`);
    expect(rightsIn(search)).toEqual({ objects: true, secrets: true, ledger: true });
    expect(rightsIn(elsewhere)).toEqual({ objects: true, secrets: false, ledger: false });
    expect(may('list', 'namespaces', '')).toBe(true);
    expect(may('update', 'leases.coordination.k8s.io/opensearch-security-operator', own)).toBe(true);
    expect(may('update', 'leases.coordination.k8s.io/another', own)).toBe(false);
    expect(may('create', 'leases.coordination.k8s.io', search)).toBe(false);
    expect(may('update', 'secrets', own)).toBe(true);
    expect(may('list', 'secrets', own)).toBe(false);
  });

  it('gives rights in the named namespaces only in namespaced mode, and has no ClusterRole', () => {
    install('--set', `scopedNamespaces={${search}}`);
    const clusterWide = ['get', 'clusterrole,clusterrolebinding', '-l', `app.kubernetes.io/instance=${release}`];
    expect(kubectl.run([...clusterWide, '-o', 'name'])).toBe('');
    expect(rightsIn(search)).toEqual({ objects: true, secrets: true, ledger: true });
    expect(rightsIn(elsewhere)).toEqual({ objects: false, secrets: false, ledger: false });
    expect(may('get', `namespaces/${search}`, search)).toBe(true);
    expect(may('list', 'namespaces', '')).toBe(false);
  });
});

function rightsIn(namespace: string): object {
  return {
    objects: may('watch', 'opensearchroles.security.opensearch.org', namespace),
    secrets: may('list', 'secrets', namespace),
    ledger: may('update', 'configmaps', namespace),
  };
}

describe('kubectl', () => {
  const name = 'opensearch-security';
  afterEach(async () => {
    await server.untilServed();
    kubectl.run(['delete', '--ignore-not-found', '--timeout=85s', '-n', name, '-f', 'deploy/install.yaml']);
  });

  it('applies deploy/install.yaml, a second time without a change, and the kustomize base is the same', () => {
    const apply = (...what: readonly string[]): string => kubectl.run(['apply', '-n', name, ...what]);
    expect(apply('-f', 'deploy/install.yaml')).toContain('deployment.apps/opensearch-security-operator created');
    for (const what of [
      ['-f', 'deploy/install.yaml'],
      ['-k', 'deploy/kustomize'],
    ]) {
      const lines = apply(...what)
        .trim()
        .split('\n');
      expect(lines.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
    }
  });

  it('lets the operator into a namespace by a binding', () => {
    kubectl.run(['apply', '-n', name, '-f', 'deploy/install.yaml']);
    const account = `${name}:opensearch-security-operator`;
    const can = (): string =>
      kubectl.try(['auth', 'can-i', 'list', 'secrets', '--as', `system:serviceaccount:${account}`]).output;
    expect(can()).toContain('no');
    const role = '--clusterrole=opensearch-security-operator-namespace';
    kubectl.run(['create', 'rolebinding', 'opensearch-security-operator', role, `--serviceaccount=${account}`]);
    expect(can()).toContain('yes');
  });
});
