import { describe, expect, test } from '@jest/globals';
import { UnreachableError } from '../../src/errors.ts';
import { valueAt, withValue } from '../../src/plan/config/tree.ts';
import { useOperators } from '../support/operators.ts';
import { CONFIGS, type SimulatedOperator } from '../support/simulated-operator.ts';

const BASIC = {
  http_enabled: true,
  order: 4,
  http_authenticator: { type: 'basic', challenge: true },
  authentication_backend: { type: 'intern' },
};
const OIDC = {
  order: 1,
  http_authenticator: {
    type: 'openid',
    challenge: false,
    config: { subject_key: 'sub', openid_connect_url: 'https://id.example/x' },
  },
  authentication_backend: { type: 'noop' },
};
const WHOLE = { name: 'whole' };
const REPLACE = { mode: 'Replace', adoptionPolicy: 'Always' };
const DYNAMIC = { authc: { basic_internal_auth_domain: BASIC, oidc: OIDC }, do_not_fail_on_forbidden: true };

const anOperator = useOperators();

async function start(operator: SimulatedOperator, dynamic: object = DYNAMIC): Promise<SimulatedOperator> {
  operator.apply(CONFIGS, WHOLE, { ...REPLACE, dynamic });
  return operator.start();
}

function set(operator: SimulatedOperator, path: readonly string[], value: object | string): void {
  const { configuration } = operator.cluster;
  configuration.tree = withValue(configuration.tree, ['dynamic', ...path], value as never);
}

describe('a security configuration that is replaced as a whole', () => {
  test('is written in one PUT of all that is declared and nothing else, and is idle afterwards', async () => {
    const operator = anOperator();
    set(operator, ['authc', 'old'], { ...OIDC, order: 9 });
    await start(operator);
    const { configuration } = operator.cluster;
    expect(operator.ready(CONFIGS, WHOLE)).toBe('True Applied');
    expect([configuration.puts.length, configuration.patches]).toEqual([1, []]);
    expect(JSON.parse(JSON.stringify(configuration.puts[0]))).toEqual(DYNAMIC);
    await operator.pass(200_000);
    await operator.restart();
    expect([configuration.puts.length, configuration.patches]).toEqual([1, []]);
  });

  test('is idle while the server shows the defaults of what is declared', async () => {
    const listener = { type: 'ip', allowed_tries: 5 };
    const operator = await start(anOperator(), { ...DYNAMIC, auth_failure_listeners: { slow: listener } });
    const defaults = { time_window_seconds: 3600, block_expiry_seconds: 600, ignore_hosts: [] };
    const kept = { max_blocked_clients: 100_000, max_tracked_clients: 100_000, authentication_backend: null };
    set(operator, ['auth_failure_listeners', 'slow'], { ...listener, ...defaults, ...kept });
    await operator.pass(200_000);
    expect(operator.cluster.configuration.puts).toHaveLength(1);
  });

  test('keeps, and is no drift by, what a newer server shows and nobody here knows', async () => {
    const operator = anOperator();
    set(operator, ['brand_new'], { enabled: true });
    await start(operator);
    await operator.pass(200_000);
    const { configuration } = operator.cluster;
    expect(configuration.puts).toMatchObject([{ brand_new: { enabled: true } }]);
    operator.apply(CONFIGS, WHOLE, { ...REPLACE, dynamic: { ...DYNAMIC, brand_new: { enabled: false } } });
    await operator.pass();
    expect(configuration.puts[1]).toMatchObject({ brand_new: { enabled: false } });
  });

  test('is put back in one PUT when the operator does not get in any more', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const before = JSON.stringify(configuration.tree['dynamic']);
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'oidc']) === undefined ? undefined : 'nobody gets in';
    await start(operator);
    await operator.pass(300_000);
    expect(operator.ready(CONFIGS, WHOLE)).toBe('False RolledBack');
    expect([configuration.puts.length, configuration.patches]).toEqual([2, []]);
    expect(JSON.parse(JSON.stringify(configuration.tree['dynamic']))).toEqual(JSON.parse(before));
  });

  test('is put back when OpenSearch stored something that nobody declared', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    let isDone = false;
    configuration.onStep = (step) => {
      if (step !== 'written' || isDone) return;
      isDone = true;
      set(operator, ['hosts_resolver_mode'], 'ip-hostname');
    };
    await start(operator);
    expect(operator.ready(CONFIGS, WHOLE)).toBe('False RolledBack');
    expect(operator.message(CONFIGS, WHOLE)).toContain('stored something else at /dynamic/hosts_resolver_mode');
  });

  test.each(['fetch', 'put', 'written', 'prove'])(
    'ends proved or as before when the operator dies at the step %s',
    async (step) => {
      const operator = anOperator();
      const { configuration } = operator.cluster;
      let isDead = false;
      configuration.onStep = (now) => {
        if (now === step) isDead = true;
        if (isDead) throw new UnreachableError('gone');
      };
      await start(operator);
      await operator.stop();
      configuration.onStep = () => undefined;
      await operator.start();
      await operator.pass(60_000);
      expect(operator.ready(CONFIGS, WHOLE)).toBe('True Applied');
      const journals = operator.kubernetes
        .all('secrets')
        .flatMap(({ metadata }) => metadata.annotations?.['security.opensearch.org/journal'] ?? []);
      expect([journals.join().includes('"Open"'), configuration.puts.length]).toEqual([false, 1]);
    },
  );

  test('notices that somebody else changed something meanwhile, and plans anew', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    let isChanged = false;
    configuration.onStep = (step) => {
      if (step !== 'fetch' || isChanged) return;
      isChanged = true;
      set(operator, ['authc', 'theirs'], { ...OIDC, order: 9 });
    };
    await start(operator);
    expect(operator.ready(CONFIGS, WHOLE)).toBe('True Applied');
    const journals = operator.kubernetes
      .all('secrets')
      .flatMap(({ metadata }) => metadata.annotations?.['security.opensearch.org/journal'] ?? []);
    expect(journals.map((text) => (JSON.parse(text) as { state: string }).state).sort()).toEqual([
      'Committed',
      'Unchanged',
    ]);
  });

  test('is left alone while it holds a password that is hidden from the operator, which would become asterisks', async () => {
    const operator = anOperator();
    const ldap = { authorization_backend: { type: 'ldap', config: { password: '******' } } };
    set(operator, ['authz', 'ldap'], ldap);
    await start(operator, { ...DYNAMIC, authz: { ldap } });
    expect(operator.ready(CONFIGS, WHOLE)).toBe('False Unsupported');
    expect(operator.message(CONFIGS, WHOLE)).toContain('/dynamic/authz/ldap holds a password');
    expect(operator.cluster.configuration.puts).toEqual([]);
  });

  test('keeps a password that is declared as the asterisks that OpenSearch shows', async () => {
    const operator = anOperator();
    const ldap = (password: string): object => {
      return { ldap: { authorization_backend: { type: 'ldap', config: { password } } } };
    };
    set(operator, ['authz'], ldap('of the directory'));
    await start(operator, { ...DYNAMIC, authz: ldap('******') });
    expect(operator.ready(CONFIGS, WHOLE)).toBe('True Applied');
    expect(operator.cluster.configuration.puts).toMatchObject([{ authz: ldap('of the directory') }]);
  });

  test('writes its other documents by PATCH, and the main one not at all when it is as declared', async () => {
    const operator = await start(anOperator());
    operator.apply(CONFIGS, WHOLE, { ...REPLACE, dynamic: DYNAMIC, nodesDn: { other: ['CN=x'] } });
    await operator.pass();
    const { configuration } = operator.cluster;
    expect(operator.ready(CONFIGS, WHOLE)).toBe('True Applied');
    expect([configuration.puts.length, configuration.patches.map(({ document }) => document)]).toEqual([
      1,
      ['nodesdn'],
    ]);
  });
});
