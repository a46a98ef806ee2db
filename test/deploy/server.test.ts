/** What the real API server says about the objects of the chart, without keeping them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kubectl } from '../support/kubectl.ts';
import { Helm } from '../tools/helm.ts';
import { namespace, parse, render, valueSets, type Manifest } from './chart.ts';
import { Server } from './server.ts';
import { monitoringDefinitions } from './stand-ins.ts';

const namespaces = [namespace, 'search', 'logs'];
let server: Server;
let kubectl: Kubectl;
let helm: Helm;

beforeAll(async () => {
  server = await Server.open(namespace);
  kubectl = server.kubectl;
  helm = await Helm.four(console.error);
  for (const name of namespaces) server.createNamespace(name);
  kubectl.run(['apply', '-f', 'crds']);
  kubectl.run(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: monitoringDefinitions });
  await server.untilServed();
  kubectl.run(['wait', '--for=condition=Established', 'crd', 'servicemonitors.monitoring.coreos.com']);
});
afterAll(async () => {
  server.deleteNamespaces(...namespaces);
  await server.deleteDefinitions();
  kubectl.run(['delete', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: monitoringDefinitions });
  server.close();
});

/** All objects of one namespace together, as kubectl takes one namespace only. @returns what is not well */
function dryRun(objects: readonly Manifest[]): string[] {
  const groups = Map.groupBy(objects, ({ metadata }) => metadata.namespace ?? namespace);
  return [...groups].flatMap(([place, items]) => {
    const args = ['--namespace', place, 'apply', '--dry-run=server', '--validate=strict', '-f', '-'];
    const { output } = kubectl.try(args, { apiVersion: 'v1', kind: 'List', items });
    const lines = output.trim().split('\n');
    const isFine = (line: string): boolean => line.endsWith('(server dry run)');
    return [...lines.filter((line) => !isFine(line)), ...missing(items.length - lines.filter(isFine).length)];
  });
}

function missing(count: number): string[] {
  return count === 0 ? [] : [`${count} objects were not accepted`];
}

describe.each(valueSets)('the chart with $name values', ({ args }) => {
  it('is made of objects that the API server takes without a warning', () => {
    const objects = parse(render(helm, args));
    expect(objects.length).toBeGreaterThan(0);
    expect(dryRun(objects)).toEqual([]);
  });

  it('has pods that the profile restricted admits', () => {
    expect(dryRun([podOf(parse(render(helm, args)))])).toEqual([]);
  });
});

describe('the API server', () => {
  it('refuses a pod that asks for more than the profile restricted allows', () => {
    const privileged = ['--set', 'securityContext.allowPrivilegeEscalation=true'];
    const refusal = dryRun([podOf(parse(render(helm, privileged)))]);
    expect(refusal.join()).toContain('violates PodSecurity "restricted:latest"');
  });

  it('refuses a field that it does not know', () => {
    const [first] = parse(render(helm, ['--show-only', 'templates/serviceaccount.yaml']));
    expect(dryRun([{ ...first!, nonsense: true }]).join()).toContain('unknown field "nonsense"');
  });
});

/** The pod that the Deployment would make; with the account that each namespace has, since theirs is not there. */
function podOf(objects: readonly Manifest[]): Manifest {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
    readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } };
  };
  const { metadata, spec } = deployment.spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'operator', namespace } };
  return { ...pod, spec: { ...spec, serviceAccountName: 'default' } };
}
