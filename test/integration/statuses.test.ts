/** What the real API server makes of the operator's writes of statuses and finalizers. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { ObjectWriter } from '../../src/status/object-writer.ts';
import { realStack } from '../support/real-stack.ts';
import { Scenario } from '../support/scenario.ts';

const ROLE = { plural: 'opensearchroles', name: 'role' };

let scenario: Scenario;
let client: KubernetesClient;

/** The role as it is now. */
async function target() {
  const { metadata } = (await scenario.get('OpenSearchRole', ROLE.name))!;
  return { ...ROLE, ...metadata, namespace: scenario.namespace, finalizers: [] };
}

async function told(): Promise<object | undefined> {
  return (await scenario.get('OpenSearchRole', ROLE.name))?.status;
}

beforeAll(async () => {
  scenario = await Scenario.start();
  const { apiServer } = (await realStack()).stack;
  const headers = { authorization: `Bearer ${apiServer.token}` };
  client = new KubernetesClient({
    server: apiServer.url,
    tls: () => Promise.resolve({ ca: readFileSync(apiServer.caPath, 'utf8') }),
    headers: () => Promise.resolve(headers),
    namespace: scenario.namespace,
  });
});
afterAll(async () => {
  await client.close();
  await scenario.stop();
});

describe('a status', () => {
  it('takes the place of the whole one before, whatever else was edited meanwhile', async () => {
    await scenario.create('OpenSearchRole', ROLE.name, { description: 'first' });
    const writer = new ObjectWriter(client);
    const role = await target();
    await writer.writeStatus(role, { resourceName: 'role', plannedChanges: ['x'] });
    await scenario.patch('OpenSearchRole', ROLE.name, { spec: { description: 'second' } });
    expect(await writer.writeStatus(role, { resourceName: 'other' })).toBe((await target()).resourceVersion);
    expect(await told()).toEqual({ resourceName: 'other' });
  });

  it('is not written into another object of the same name, nor into none', async () => {
    const writer = new ObjectWriter(client);
    const old = await target();
    await scenario.delete('OpenSearchRole', ROLE.name);
    expect(await writer.writeStatus(old, { resourceName: 'old' })).toBeUndefined();
    await scenario.create('OpenSearchRole', ROLE.name, { description: 'another' });
    expect(await writer.writeStatus(old, { resourceName: 'old' })).toBeUndefined();
    expect(await told()).not.toHaveProperty('resourceName');
  });
});

describe('a finalizer', () => {
  it('is not set on another object of the same name', async () => {
    const role = await target();
    expect(await new ObjectWriter(client).addFinalizer({ ...role, uid: 'another' })).toBe(false);
    expect((await scenario.get('OpenSearchRole', ROLE.name))?.metadata.finalizers).toBeUndefined();
  });
});
