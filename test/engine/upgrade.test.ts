import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from '../../src/errors.ts';
import { useOperators } from '../support/operators.ts';
import { CONFIGS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const anOperator = useOperators();
const ONE = { name: 'defaults' };
const PERFORM = { upgrade: { policy: 'Perform' } };

function offer(operator: SimulatedOperator, ...names: readonly string[]): void {
  operator.cluster.configuration.upgrade.offered = names.map((name) => ({ document: 'roles', verb: 'add', name }));
}

async function start(operator: SimulatedOperator, spec: object = PERFORM): Promise<void> {
  operator.apply(CONFIGS, ONE, spec);
  await operator.start();
}

/** From one step on nothing is answered any more. */
function dieAt({ cluster: { configuration } }: SimulatedOperator, step: string): void {
  let isDead = false;
  configuration.onStep = (now) => {
    if (now === step) isDead = true;
    if (isDead) throw new UnreachableError('gone');
  };
}

function condition(operator: SimulatedOperator, object = ONE): string {
  const found = operator.status(CONFIGS, object).conditions?.find(({ type }) => type === 'UpgradePerformed');
  return found === undefined ? 'nothing' : `${found.status} ${found.reason}: ${found.message}`;
}

function backups(operator: SimulatedOperator): string {
  return operator.kubernetes
    .all('secrets')
    .map(({ metadata, ...secret }) => {
      const data = Object.values((secret['data'] ?? {}) as Record<string, string>).map((text) =>
        Buffer.from(text, 'base64').toString(),
      );
      return `${metadata.annotations?.['security.opensearch.org/journal'] ?? ''} ${data.join()}`;
    })
    .join('\n');
}

describe('an upgrade of the default roles', () => {
  test('is performed once after a backup, loaded by the nodes, and told', async () => {
    const operator = anOperator();
    offer(operator, 'new_role');
    await start(operator);
    const { upgrade } = operator.cluster.configuration;
    expect(upgrade.performed).toEqual([{ configs: ['roles'], entities: ['new_role'] }]);
    expect(upgrade.isLoaded).toBe(true);
    expect(operator.ready(CONFIGS, ONE)).toBe('True Applied');
    expect(operator.status(CONFIGS, ONE).upgrade).toEqual({ available: false, changes: [] });
    expect(condition(operator)).toMatch(
      /^True Performed: upgraded at .*roles: add new_role.*in the Secret default-config/,
    );
    expect(operator.status(CONFIGS, ONE).backups).toHaveLength(1);
    expect(backups(operator)).toContain('{"new_role":null}');
    expect(operator.events).toContain('UpgradePerformed');
    const writes = operator.kubernetesWrites;
    await operator.pass(300_000);
    await operator.restart();
    expect([upgrade.performed.length, operator.kubernetesWrites]).toEqual([1, writes]);
  });

  test('is not performed unless an object asks for it', async () => {
    const operator = anOperator();
    offer(operator, 'new_role');
    await start(operator, { upgrade: { policy: 'Check' } });
    const { upgrade } = operator.cluster.configuration;
    expect([upgrade.performed, condition(operator)]).toEqual([[], 'nothing']);
    operator.apply(CONFIGS, ONE, { ...PERFORM, managementPolicy: 'Observe' });
    await operator.pass(90_000);
    expect(upgrade.performed).toEqual([]);
    operator.apply(CONFIGS, ONE, PERFORM);
    await operator.pass();
    expect(upgrade.performed).toHaveLength(1);
  });

  test('is not performed again while the server goes on offering the same, until a person asks for it', async () => {
    const operator = anOperator();
    const { upgrade } = operator.cluster.configuration;
    upgrade.isStubborn = true;
    offer(operator, 'new_role');
    await start(operator);
    await operator.pass(300_000);
    await operator.restart();
    await operator.pass(300_000);
    expect(upgrade.performed).toHaveLength(1);
    expect(condition(operator)).toContain('OpenSearch still offers roles: add new_role');
    operator.annotate(CONFIGS, ONE, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass(300_000);
    expect(upgrade.performed).toHaveLength(2);
  });

  test('is performed again for another offer, and for the same of another version', async () => {
    const operator = anOperator();
    const { upgrade } = operator.cluster.configuration;
    offer(operator, 'new_role');
    await start(operator);
    offer(operator, 'second_role');
    await operator.pass(90_000);
    offer(operator, 'new_role');
    await operator.pass(90_000);
    expect(upgrade.performed.map((scope) => scope?.entities)).toEqual([['new_role'], ['second_role']]);
    operator.cluster.identity = { ...operator.cluster.identity, version: '3.5.0' };
    await operator.pass(90_000);
    expect(upgrade.performed).toHaveLength(3);
  });

  test('leaves alone what an OpenSearchRole declares, where single roles can be named', async () => {
    const operator = anOperator();
    operator.apply(ROLES, { name: 'mine' });
    offer(operator, 'mine', 'new_role');
    await start(operator);
    expect(operator.cluster.configuration.upgrade.performed.map((scope) => scope?.entities)).toEqual([['new_role']]);
    expect(condition(operator)).toContain('left alone, since an object declares them: mine');
    expect(operator.status(CONFIGS, ONE).upgrade?.changes).toEqual(['roles: add mine']);
  });

  test('is all or nothing on 2.x: not performed when an OpenSearchRole declares one of the roles', async () => {
    const operator = anOperator();
    operator.cluster.identity = { ...operator.cluster.identity, version: '2.19.4' };
    operator.apply(ROLES, { name: 'mine' });
    offer(operator, 'mine', 'new_role');
    await start(operator);
    expect(operator.cluster.configuration.upgrade.performed).toEqual([]);
    expect(condition(operator)).toMatch(/^False DeclaredByRole: .*mine/);
    expect(operator.ready(CONFIGS, ONE)).toBe('True Applied');
    operator.delete(ROLES, { name: 'mine' });
    await operator.pass(90_000);
    expect(operator.cluster.configuration.upgrade.performed).toEqual([undefined]);
  });

  test('is not performed when only other parts are wanted', async () => {
    const operator = anOperator();
    offer(operator, 'new_role');
    await start(operator, { upgrade: { policy: 'Perform', components: ['tenants'] } });
    expect([operator.cluster.configuration.upgrade.performed, condition(operator)]).toEqual([[], 'nothing']);
  });

  test('names nothing on 2.x, which cannot be told what to upgrade', async () => {
    const operator = anOperator();
    operator.cluster.identity = { ...operator.cluster.identity, version: '2.19.4' };
    offer(operator, 'new_role');
    await start(operator);
    expect(operator.cluster.configuration.upgrade.performed).toEqual([undefined]);
  });

  test('that is refused is told in the words of the server and not tried again', async () => {
    const operator = anOperator();
    const { upgrade } = operator.cluster.configuration;
    upgrade.refusal = 'no way';
    offer(operator, 'new_role');
    await start(operator);
    await operator.pass(300_000);
    await operator.restart();
    await operator.pass(300_000);
    expect(upgrade.performed).toHaveLength(1);
    expect(condition(operator)).toMatch(/^False Refused: .*no way/);
    expect(operator.events).toContain('UpgradeRefused');
  });

  test.each([
    {
      what: 'failed once is tried again',
      failures: { left: 1, meanwhile: 'nothing' as const },
      tries: 2,
      told: /^True Performed/,
    },
    {
      what: 'fails again and again is told in the words of the server',
      failures: { left: 9, meanwhile: 'nothing' as const },
      tries: 5,
      told: /^False Refused: .*see the log/,
    },
    {
      what: 'was stored though it failed is loaded',
      failures: { left: 1, meanwhile: 'stored' as const },
      tries: 1,
      told: /^True Performed/,
    },
  ])('that $what', async ({ failures, tries, told }) => {
    const operator = anOperator();
    const { upgrade } = operator.cluster.configuration;
    upgrade.failures = failures;
    offer(operator, 'new_role');
    await start(operator);
    await operator.pass(300_000);
    expect([upgrade.performed.length, upgrade.isLoaded]).toEqual([tries, true]);
    expect(condition(operator)).toMatch(told);
    expect(backups(operator)).not.toContain('"state":"Open"');
  });

  test('begins anew, with another backup, when somebody else made what is to be upgraded in the same moment', async () => {
    const operator = anOperator();
    const { upgrade } = operator.cluster.configuration;
    upgrade.failures = { left: 1, meanwhile: 'made' };
    offer(operator, 'new_role');
    await start(operator);
    expect(condition(operator)).toMatch(/^False Verifying: .*somebody else changed/);
    await operator.pass(90_000);
    expect(upgrade.performed).toHaveLength(2);
    expect(condition(operator)).toMatch(/^True Performed: .*roles: modify new_role/);
    expect(backups(operator)).toContain('"state":"Unchanged"');
    expect(backups(operator)).toContain('theirs');
  });

  test('that was interrupted in another cluster is neither ended nor told in this one', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    dieAt(operator, 'performed');
    offer(operator, 'new_role');
    await start(operator);
    await operator.stop();
    configuration.onStep = () => undefined;
    configuration.upgrade.offered = [];
    operator.cluster.identity = { ...operator.cluster.identity, clusterUuid: 'another' };
    await operator.start();
    await operator.pass(90_000);
    expect([configuration.upgrade.isLoaded, condition(operator)]).toEqual([false, 'nothing']);
    expect(backups(operator)).toContain('"state":"Open"');
  });

  test.each(['fetchRoles', 'perform', 'performed', 'flush'])(
    'is in force once when the operator dies at the step %s',
    async (step) => {
      const operator = anOperator();
      const { configuration } = operator.cluster;
      dieAt(operator, step);
      offer(operator, 'new_role');
      await start(operator);
      await operator.stop();
      configuration.onStep = () => undefined;
      await operator.start();
      await operator.pass(60_000);
      expect([configuration.upgrade.performed.length, configuration.upgrade.isLoaded]).toEqual([1, true]);
      expect(condition(operator)).toMatch(/^True Performed/);
      expect(backups(operator)).not.toContain('"Open"');
    },
  );

  test('stays on record whatever else is changed afterwards', async () => {
    const operator = anOperator();
    const { upgrade } = operator.cluster.configuration;
    upgrade.isStubborn = true;
    offer(operator, 'new_role');
    await start(operator);
    for (const mode of ['nowarn', 'disallow', 'warn', 'nowarn', 'disallow', 'nowarn', 'disallow']) {
      operator.apply(CONFIGS, ONE, { ...PERFORM, dynamic: { filtered_alias_mode: mode } });
      await operator.pass(61_000);
    }
    await operator.restart();
    await operator.pass(90_000);
    expect(upgrade.performed).toHaveLength(1);
    expect(operator.status(CONFIGS, ONE).backups).toHaveLength(5);
  });
});
