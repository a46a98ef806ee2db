import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from '../../src/errors.ts';
import { useOperators } from '../support/operators.ts';
import { CONFIGS, type SimulatedOperator } from '../support/simulated-operator.ts';

const anOperator = useOperators();
const ONE = { name: 'defaults' };
const PERFORM = { upgrade: { policy: 'Perform' }, probes: [{ secretRef: { name: 'jane' } }] };

/** An operator with something to upgrade, and a user who must still get in afterwards. */
function prepare(): SimulatedOperator {
  const operator = anOperator();
  operator.putSecret('jane', { username: 'jane', password: 'password-of-jane' });
  const { upgrade } = operator.cluster.configuration;
  upgrade.offered = [{ document: 'roles', verb: 'add', name: 'new_role' }];
  operator.apply(CONFIGS, ONE, PERFORM);
  return operator;
}

/** Shuts the user out as long as the new role is there. */
function shutOut({ cluster: { configuration } }: SimulatedOperator): void {
  configuration.letsIn = () => !configuration.upgrade.stored.includes('new_role');
}

function condition(operator: SimulatedOperator): string {
  const found = operator.status(CONFIGS, ONE).conditions?.find(({ type }) => type === 'UpgradePerformed');
  return found === undefined ? 'nothing' : `${found.status} ${found.reason}: ${found.message}`;
}

function journals(operator: SimulatedOperator): readonly string[] {
  return operator.kubernetes
    .all('secrets')
    .flatMap(({ metadata }) => metadata.annotations?.['security.opensearch.org/journal'] ?? [])
    .map((text) => (JSON.parse(text) as { state: string }).state);
}

test('an upgrade is proved by what the operator is just before it', async () => {
  const operator = prepare();
  const steps: string[] = [];
  operator.cluster.configuration.onStep = (step) => void steps.push(step);
  await operator.start();
  expect(steps.filter((step) => ['renewSelf', 'perform', 'prove'].includes(step))).toEqual([
    'renewSelf',
    'perform',
    'prove',
  ]);
});

describe('an upgrade after which somebody who must get in does not', () => {
  test('is put back, loaded so by the nodes, told, and not tried again until the spec changes', async () => {
    const operator = prepare();
    shutOut(operator);
    await operator.start();
    await operator.pass(300_000);
    await operator.restart();
    await operator.pass(300_000);
    const { upgrade } = operator.cluster.configuration;
    expect([upgrade.performed.length, upgrade.stored, upgrade.isLoaded]).toEqual([1, [], true]);
    expect(operator.ready(CONFIGS, ONE)).toBe('False RolledBack');
    expect(operator.message(CONFIGS, ONE)).toContain('the user of the probe in Secret jane');
    expect(condition(operator)).toMatch(/^False RolledBack: .*roles: add new_role/);
    expect([operator.events.includes('UpgradeRolledBack'), journals(operator)]).toEqual([true, ['RolledBack']]);

    operator.cluster.configuration.letsIn = () => true;
    operator.apply(CONFIGS, ONE, { ...PERFORM, dynamic: {} });
    await operator.pass();
    expect(upgrade.stored).toEqual(['new_role']);
    expect([operator.ready(CONFIGS, ONE), condition(operator)]).toEqual([
      'True Applied',
      expect.stringMatching(/^True Performed/),
    ]);
  });

  test('is tried again when a person asks for it, and no longer told when none is wanted any more', async () => {
    const operator = prepare();
    shutOut(operator);
    await operator.start();
    operator.annotate(CONFIGS, ONE, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass(90_000);
    expect(operator.cluster.configuration.upgrade.performed).toHaveLength(2);
    expect(operator.ready(CONFIGS, ONE)).toBe('False RolledBack');
    operator.apply(CONFIGS, ONE, { upgrade: { policy: 'Check' } });
    await operator.pass();
    expect([operator.ready(CONFIGS, ONE), condition(operator)]).toEqual(['True Applied', 'nothing']);
  });

  test('is put back when it is the operator itself that does not get in', async () => {
    const operator = prepare();
    const { configuration } = operator.cluster;
    configuration.shutOut = () =>
      configuration.upgrade.stored.length > 0 ? 'the operator lost the roles all_access' : undefined;
    await operator.start();
    expect(operator.ready(CONFIGS, ONE)).toBe('False RolledBack');
    expect([configuration.upgrade.stored, operator.message(CONFIGS, ONE)]).toEqual([
      [],
      expect.stringContaining('lost the roles all_access'),
    ]);
  });

  test('stays and says so where nobody could put it back', async () => {
    const operator = prepare();
    operator.cluster.configuration.hasWayBack = false;
    shutOut(operator);
    await operator.start();
    expect(operator.cluster.configuration.upgrade.stored).toEqual(['new_role']);
    expect(condition(operator)).toMatch(/^True Performed: .*Secret jane, and only a client certificate/);
  });

  test.each(['flush', 'logIn', 'restore', 'restored'])(
    'ends put back when the operator dies at the step %s',
    async (step) => {
      const operator = prepare();
      shutOut(operator);
      const { configuration } = operator.cluster;
      let isDead = false;
      configuration.onStep = (now) => {
        if (now === step && configuration.upgrade.performed.length > 0) isDead = true;
        if (isDead) throw new UnreachableError('gone');
      };
      await operator.start();
      await operator.stop();
      configuration.onStep = () => undefined;
      await operator.start();
      await operator.pass(90_000);
      expect([configuration.upgrade.stored, configuration.upgrade.isLoaded]).toEqual([[], true]);
      expect(operator.ready(CONFIGS, ONE)).toBe('False RolledBack');
      expect(journals(operator)).not.toContain('Open');
    },
  );
});

describe('an upgrade', () => {
  test('waits while somebody who must get in does not even before', async () => {
    const operator = prepare();
    operator.cluster.configuration.letsIn = () => false;
    await operator.start();
    const { upgrade } = operator.cluster.configuration;
    expect([upgrade.performed, condition(operator)]).toEqual([
      [],
      expect.stringMatching(/^False Verifying: .*Secret jane does not get in even before/),
    ]);
    operator.cluster.configuration.letsIn = () => true;
    await operator.pass(90_000);
    expect([upgrade.performed.length, condition(operator)]).toEqual([1, expect.stringMatching(/^True Performed/)]);
  });

  test('waits for the Secret of somebody who must get in', async () => {
    const operator = prepare();
    operator.apply(CONFIGS, ONE, { ...PERFORM, probes: [{ secretRef: { name: 'later' } }] });
    await operator.start();
    await operator.pass(90_000);
    expect(operator.cluster.configuration.upgrade.performed).toEqual([]);
    operator.putSecret('later', { username: 'jane', password: 'password-of-jane' });
    await operator.pass();
    expect(operator.cluster.configuration.upgrade.performed).toHaveLength(1);
  });

  test('looks at what is offered once before and once after it', async () => {
    const operator = prepare();
    await operator.start();
    expect(operator.cluster.configuration.upgrade.checks).toBe(2);
  });
});
