/** The optional admission policy, on the real API server. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION } from '../../src/desired/resource.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { Helm } from '../tools/helm.ts';
import { render } from './chart.ts';
import { Server } from './server.ts';

/** Where the people write, and where the connection is that they name. */
const [team, central] = ['policy-team', 'policy-central'];
/** All may write all objects; what else they may is in their names. */
const people = ['writer', 'user', 'granter', 'admin'];
const policy = ['--set', 'admissionPolicy.enabled=true', '--show-only', 'templates/admissionpolicy.yaml'];
const roles = Array.from({ length: 21 }, (_, index) => `role_${index}`);
const grantable = roles.slice(0, 20);

let server: Server;
let kubectl: Kubectl;
let manifests: string;

beforeAll(async () => {
  server = await Server.open(team);
  kubectl = server.kubectl;
  for (const name of [team, central]) server.createNamespace(name);
  kubectl.run(['apply', '-f', 'crds']);
  await server.untilServed();
  giveRights();
  manifests = server.file('policy.yaml', render(await Helm.four(console.error), policy));
  kubectl.run(['apply', '-f', manifests]);
  await untilInForce();
});
afterAll(async () => {
  kubectl.run(['delete', '-f', manifests]);
  kubectl.run(['delete', 'clusterrole,clusterrolebinding', '-l', 'test=policy']);
  server.deleteNamespaces(team, central);
  await server.deleteDefinitions();
  server.close();
});

function giveRights(): void {
  const all = [
    clusterRole('policy-write', [{ resources: ['*'], verbs: ['create', 'get', 'update', 'patch'] }]),
    clusterRole('policy-use', [{ resources: ['opensearchconnections'], resourceNames: ['default'], verbs: ['use'] }]),
    clusterRole('policy-grant', [{ resources: ['opensearchroles'], resourceNames: grantable, verbs: ['grant'] }]),
    clusterRole('policy-grant-all', [{ resources: ['opensearchroles'], verbs: ['grant'] }]),
    clusterRoleBinding('policy-write', people),
  ];
  kubectl.run(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: all });
  for (const name of [team, central]) {
    const bindings = [
      roleBinding('policy-use', name, ['user', 'granter', 'admin']),
      roleBinding('policy-grant', name, ['granter']),
      roleBinding('policy-grant-all', name, ['admin']),
    ];
    kubectl.run(['apply', '--namespace', name, '-f', '-'], { apiVersion: 'v1', kind: 'List', items: bindings });
  }
}

/** A policy counts some moments after it was made. */
async function untilInForce(): Promise<void> {
  const end = Date.now() + 30_000;
  while (
    write('writer', tenant()) === 'accepted' ||
    write('user', mapping('x')) === 'accepted' ||
    write('user', user(['x'])) === 'accepted'
  ) {
    if (Date.now() > end) throw new Error('the policy is not in force');
    await sleep(300);
  }
}

/** @returns `accepted`, or the reason that the server gives */
function write(person: string, resource: object, ...options: readonly string[]): string {
  const args = ['apply', '--as', person, '--dry-run=server', ...options, '-f', '-'];
  const { accepted, output } = kubectl.try(args, resource);
  return accepted ? 'accepted' : output.replace(/^.*denied request: /s, '').trim();
}

describe('the admission policy', () => {
  it('asks writers of any object for use of its connection', () => {
    const missing = 'writer needs the verb "use" on opensearchconnections/default in namespace policy-team';
    expect(write('writer', tenant())).toBe(missing);
    expect(write('user', tenant())).toBe('accepted');
  });

  it.each([{ name: 'other' }, { namespace: central, name: 'other' }])(
    'asks for the connection that is named: %j',
    (ref) => {
      const place = ref.namespace ?? team;
      expect(write('user', tenant(ref))).toBe(
        `user needs the verb "use" on opensearchconnections/other in namespace ${place}`,
      );
    },
  );

  it('asks in the namespace of the connection', () => {
    expect(write('user', tenant({ namespace: central }))).toBe('accepted');
    expect(write('user', tenant({ namespace: 'elsewhere' }))).toContain('in namespace elsewhere');
  });

  it('asks who maps a role for the right to grant it', () => {
    const missing = 'user needs the verb "grant" on opensearchroles/role_0 in namespace policy-team to map the role';
    expect(write('user', mapping('role_0'))).toBe(missing);
    expect(write('granter', mapping('role_0'))).toBe('accepted');
    expect(write('granter', mapping('role_20'))).toContain('opensearchroles/role_20');
    expect(write('admin', mapping('role_20'))).toBe('accepted');
  });

  it('asks who gives roles to a user for the right to grant each', () => {
    expect(write('user', user([]))).toBe('accepted');
    expect(write('user', user(['role_0']))).toContain('"grant" on opensearchroles/role_0');
    expect(write('granter', user(['role_0', 'role_20']))).toBe(
      'granter needs the verb "grant" on opensearchroles/role_20 in namespace policy-team to give it to a user',
    );
  });

  it('looks at twenty roles, and asks for all of them beyond that', () => {
    expect(write('granter', user(grantable))).toBe('accepted');
    expect(write('granter', user(roles))).toContain('needs the verb "grant" on all opensearchroles');
    expect(write('admin', user(roles))).toBe('accepted');
  });

  it('asks nobody who leaves the spec as it is', () => {
    kubectl.run(['apply', '-f', '-'], mapping('role_0'));
    const patch = (value: object): string[] => [
      'patch',
      'osmap',
      'mapping',
      '--as',
      'writer',
      '--type=merge',
      '-p',
      JSON.stringify(value),
    ];
    expect(kubectl.try(patch({ metadata: { finalizers: ['example.com/finalizer'] } }))).toMatchObject({
      accepted: true,
    });
    expect(kubectl.try(patch({ metadata: { finalizers: [], annotations: { a: 'b' } } }))).toMatchObject({
      accepted: true,
    });
    // By one policy or the other: the API server asks them in no order.
    expect(kubectl.try(patch({ spec: { description: 'mine' } })).output).toMatch(/needs the verb "(use|grant)"/);
  });

  it('lets objects be deleted by whoever may delete them', () => {
    kubectl.run(['apply', '-f', '-'], mapping('role_0'));
    expect(kubectl.try(['delete', 'osmap', 'mapping'])).toMatchObject({ accepted: true });
  });
});

function tenant(connectionRef?: object): object {
  return resource('OpenSearchTenant', 'tenant', connectionRef === undefined ? {} : { connectionRef });
}

function mapping(role: string): object {
  return resource('OpenSearchRoleMapping', 'mapping', { role, backendRoles: ['team'] });
}

function user(securityRoles: readonly string[]): object {
  return resource('OpenSearchUser', 'user', { securityRoles, passwordFrom: { secretKeyRef: { name: 'user' } } });
}

function resource(kind: string, name: string, spec: object): object {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace: team }, spec };
}

function clusterRole(name: string, rules: readonly object[]): object {
  const group = { apiGroups: ['security.opensearch.org'] };
  return rbac('ClusterRole', { name }, { rules: rules.map((rule) => ({ ...group, ...rule })) });
}

function clusterRoleBinding(name: string, names: readonly string[]): object {
  return rbac('ClusterRoleBinding', { name }, binding(name, names));
}

function roleBinding(name: string, namespace: string, names: readonly string[]): object {
  return rbac('RoleBinding', { name, namespace }, binding(name, names));
}

function binding(role: string, names: readonly string[]): object {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: names.map((name) => ({ apiGroup, kind: 'User', name })),
  };
}

function rbac(kind: string, metadata: object, rest: object): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { ...metadata, labels: { test: 'policy' } },
    ...rest,
  };
}
