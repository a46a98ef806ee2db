import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { judge } from '../kstatus/judge.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { Scenario, type KindName, type LiveObject } from '../support/scenario.ts';

/** Flux, and whoever else waits with the kstatus library, goes on, waits or gives up by these words. */
describe('the kstatus library', () => {
  let scenario: Scenario;
  let operator: OperatorProcess;
  let unseen: LiveObject;

  beforeAll(async () => {
    scenario = await Scenario.start();
    await scenario.create('OpenSearchTenant', tenant('unseen'), {});
    unseen = await live('OpenSearchTenant', tenant('unseen'));
    await scenario.connect();
    operator = scenario.startOperator();
    await scenario.untilReason('OpenSearchConnection', 'default', 'Connected');
  });
  afterAll(() => scenario.stop());

  function tenant(word: string): string {
    return `${scenario.namespace}-${word}`;
  }

  async function live(kind: KindName, name: string): Promise<LiveObject> {
    const object = await scenario.get(kind, name);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    return object;
  }

  it('judges a connection in use Current', async () => {
    expect(await judge(await live('OpenSearchConnection', 'default'))).toMatchObject({ status: 'Current' });
  });

  it.each([
    ['Enforce', 'Applied'],
    ['Observe', 'Observed'],
  ])('judges what OpenSearch has Current: %s', async (managementPolicy, reason) => {
    const name = tenant(managementPolicy.toLowerCase());
    await scenario.create('OpenSearchTenant', name, { managementPolicy });
    expect(await judge(await scenario.untilReason('OpenSearchTenant', name, reason))).toMatchObject({
      status: 'Current',
    });
  });

  it('judges an object that no operator has looked at InProgress', async () => {
    expect(await judge(unseen)).toMatchObject({ status: 'InProgress' });
  });

  it('judges an object that waits for its connection InProgress', async () => {
    await scenario.create('OpenSearchTenant', tenant('waiting'), { connectionRef: { name: 'missing' } });
    const waiting = await scenario.untilReason('OpenSearchTenant', tenant('waiting'), 'ConnectionNotFound');
    expect(await judge(waiting)).toEqual({ status: 'InProgress', message: expect.stringContaining('missing') });
  });

  it('judges a stalled object Failed, with the message that says what to do', async () => {
    await scenario.create('OpenSearchTenant', tenant('stalled'), { name: 'global_tenant' });
    const stalled = await scenario.untilReason('OpenSearchTenant', tenant('stalled'), 'Reserved');
    expect(await judge(stalled)).toEqual({ status: 'Failed', message: expect.stringContaining('global_tenant') });
  });

  it('judges a connection with wrong credentials Failed', async () => {
    await scenario.secret('wrong', { username: 'admin', password: 'wrong' });
    const auth = { basic: { secretRef: { name: 'wrong' } } };
    await scenario.create('OpenSearchConnection', 'refused', { ...scenario.connectionSpec(), auth });
    const refused = await scenario.untilReason('OpenSearchConnection', 'refused', 'AuthenticationFailed');
    expect(await judge(refused)).toMatchObject({ status: 'Failed' });
  });

  it('judges an object Terminating while its deletion waits, and its connection, which is away, InProgress', async () => {
    await scenario.create('OpenSearchTenant', tenant('deleted'), {});
    await scenario.untilReason('OpenSearchTenant', tenant('deleted'), 'Applied');
    await scenario.searchProxy.goDown();
    try {
      await scenario.delete('OpenSearchTenant', tenant('deleted'));
      expect(await judge(await live('OpenSearchTenant', tenant('deleted')))).toMatchObject({ status: 'Terminating' });
      const away = await scenario.untilReason('OpenSearchConnection', 'default', 'Unreachable');
      expect(await judge(away)).toMatchObject({ status: 'InProgress' });
    } finally {
      await scenario.searchProxy.listen();
    }
    await scenario.untilGone('OpenSearchTenant', tenant('deleted'));
  });

  it('judges an edit InProgress until it is in force', async () => {
    await scenario.create('OpenSearchTenant', tenant('edited'), { description: 'before' });
    await scenario.untilReason('OpenSearchTenant', tenant('edited'), 'Applied');
    await operator.stop();
    const edited = await scenario.patch('OpenSearchTenant', tenant('edited'), { spec: { description: 'after' } });
    expect(await judge(edited)).toMatchObject({ status: 'InProgress' });
    operator = scenario.startOperator();
    expect(await judge(await scenario.untilReason('OpenSearchTenant', tenant('edited'), 'Applied'))).toMatchObject({
      status: 'Current',
    });
  });
});
