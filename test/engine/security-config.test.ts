import { describe, expect, test } from '@jest/globals';
import { KubernetesError, UnreachableError } from '../../src/errors.ts';
import { valueAt, withValue } from '../../src/plan/config/tree.ts';
import { useOperators } from '../support/operators.ts';
import { CONFIGS, ROLES, type SimulatedOperator } from '../support/simulated-operator.ts';

const OIDC = {
  http_enabled: true,
  order: 1,
  http_authenticator: {
    type: 'openid',
    challenge: false,
    config: { subject_key: 'sub', openid_connect_url: 'https://id.example/x' },
  },
  authentication_backend: { type: 'noop', config: {} },
};
const SSO = { name: 'sso' };

const anOperator = useOperators();

async function start(spec: object): Promise<SimulatedOperator> {
  const operator = anOperator();
  operator.apply(CONFIGS, SSO, spec);
  return operator.start();
}

const authc = (operator: SimulatedOperator): unknown =>
  valueAt(operator.cluster.configuration.tree, ['dynamic', 'authc']);

describe('a security configuration', () => {
  test('adds its domain in one PATCH, keeps the others, and is idle afterwards', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } } });
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    expect(Object.keys(authc(operator) as object).sort()).toEqual(['basic_internal_auth_domain', 'oidc']);
    expect(operator.cluster.configuration.patches).toHaveLength(1);
    const writes = operator.kubernetesWrites;
    await operator.pass(200_000);
    expect(operator.cluster.configuration.patches).toHaveLength(1);
    expect(operator.kubernetesWrites).toBe(writes);
  });

  test('takes its own domain away when it is deleted, and only that', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } } });
    operator.apply(CONFIGS, { name: 'second' }, { dynamic: { authc: { other: { ...OIDC, order: 2 } } } });
    await operator.pass();
    operator.delete(CONFIGS, SSO);
    await operator.pass();
    expect(operator.exists(CONFIGS, SSO)).toBe(false);
    expect(Object.keys(authc(operator) as object).sort()).toEqual(['basic_internal_auth_domain', 'other']);
  });

  test('takes its own away also when its namespace is going, where no record can be written any more', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } } });
    operator.apply(CONFIGS, { name: 'second' }, { nodesDn: { other: ['CN=x'] } });
    operator.apply(ROLES, { name: 'ops' });
    await operator.pass();
    operator.kubernetes.refuse = ({ method, path }) =>
      method !== 'GET' && path.includes('/team-a/configmaps')
        ? new KubernetesError('the namespace is being terminated', 403, 'Forbidden')
        : undefined;
    operator.delete(ROLES, { name: 'ops' });
    operator.delete(CONFIGS, SSO);
    operator.delete(CONFIGS, { name: 'second' });
    await operator.pass(10_000);
    expect([operator.exists(CONFIGS, SSO), operator.exists(CONFIGS, { name: 'second' })]).toEqual([false, false]);
    expect(Object.keys(authc(operator) as object)).toEqual(['basic_internal_auth_domain']);
    expect(valueAt(operator.cluster.configuration.tree, ['nodesDn', 'other'])).toBeUndefined();
  });

  test('takes out what it no longer declares', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC }, do_not_fail_on_forbidden: true } });
    operator.apply(CONFIGS, SSO, { dynamic: { do_not_fail_on_forbidden: true } });
    await operator.pass();
    expect(Object.keys(authc(operator) as object)).toEqual(['basic_internal_auth_domain']);
    expect(valueAt(operator.cluster.configuration.tree, ['dynamic', 'do_not_fail_on_forbidden'])).toBe(true);
  });

  test('is put back and says RolledBack when the operator does not get in any more', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const before = JSON.stringify(configuration.tree['dynamic']);
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'oidc']) === undefined ? undefined : 'nobody gets in';
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
    await operator.start();
    await operator.pass(300_000);
    expect(operator.ready(CONFIGS, SSO)).toBe('False RolledBack');
    expect(JSON.parse(JSON.stringify(configuration.tree['dynamic']))).toEqual(JSON.parse(before));
    expect(configuration.patches).toHaveLength(2);
    await operator.restart();
    await operator.pass(300_000);
    expect(configuration.patches).toHaveLength(2);
    expect(operator.ready(CONFIGS, SSO)).toBe('False RolledBack');
  });

  test('that was put back leaves what was there before it when it is deleted', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const theirs = { ...OIDC, order: 9 };
    const path = ['dynamic', 'authc', 'oidc'];
    configuration.tree = withValue(configuration.tree, path, theirs);
    configuration.shutOut = (tree) => (valueAt(tree, [...path, 'order']) === OIDC.order ? 'nobody gets in' : undefined);
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } }, adoptionPolicy: 'Always' });
    await operator.start();
    await operator.pass(60_000);
    expect(operator.ready(CONFIGS, SSO)).toBe('False RolledBack');
    operator.delete(CONFIGS, SSO);
    await operator.pass(60_000);
    expect([operator.exists(CONFIGS, SSO), valueAt(configuration.tree, path)]).toEqual([false, theirs]);
  });

  test('that needs no change is answered for though another one is put back, and takes away what it has when it is deleted', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const theirs = { ...OIDC, order: 9 };
    configuration.tree = withValue(configuration.tree, ['dynamic', 'authc', 'theirs'], theirs);
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'bad']) === undefined ? undefined : 'nobody gets in';
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { theirs } } });
    operator.apply(CONFIGS, { name: 'bad' }, { dynamic: { authc: { bad: OIDC } } });
    await operator.start();
    expect([operator.ready(CONFIGS, SSO), operator.ready(CONFIGS, { name: 'bad' })]).toEqual([
      'True Applied',
      'False RolledBack',
    ]);
    operator.delete(CONFIGS, SSO);
    await operator.pass(10_000);
    expect([operator.exists(CONFIGS, SSO), Object.keys(authc(operator) as object)]).toEqual([
      false,
      ['basic_internal_auth_domain'],
    ]);
  });

  test('is tried anew when it is made anew, with what is right this time', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'bad']) === undefined ? undefined : 'nobody gets in';
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { bad: OIDC } } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False RolledBack');
    operator.delete(CONFIGS, SSO);
    await operator.pass();
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
  });

  test('finds out which of two objects is at fault', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'bad']) === undefined ? undefined : 'nobody gets in';
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
    operator.apply(CONFIGS, { name: 'bad' }, { dynamic: { authc: { bad: { ...OIDC, order: 2 } } } });
    await operator.start();
    await operator.pass(10_000);
    expect([operator.ready(CONFIGS, SSO), operator.ready(CONFIGS, { name: 'bad' })]).toEqual([
      'True Applied',
      'False RolledBack',
    ]);
  });

  test('is tried alone after it failed together with one that goes, and that goes', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } } });
    const { configuration } = operator.cluster;
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'bad']) === undefined ? undefined : 'nobody gets in';
    operator.apply(CONFIGS, { name: 'bad' }, { dynamic: { authc: { bad: { ...OIDC, order: 2 } } } });
    operator.delete(CONFIGS, SSO);
    await operator.pass(60_000);
    expect(operator.ready(CONFIGS, { name: 'bad' })).toBe('False RolledBack');
    expect([operator.exists(CONFIGS, SSO), Object.keys(authc(operator) as object)]).toEqual([
      false,
      ['basic_internal_auth_domain'],
    ]);
    expect(configuration.patches.length).toBeLessThan(10);
  });

  test('holds nothing on record once it is gone, though the change of another one cannot be made yet', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } } });
    const { configuration } = operator.cluster;
    operator.apply(CONFIGS, { name: 'second' }, { dynamic: { authc: { oidc: OIDC } } });
    operator.putSecret('jane', { username: 'jane', password: 'password-of-jane' });
    await operator.pass();
    configuration.letsIn = () => false;
    const probes = [{ secretRef: { name: 'jane' } }];
    operator.apply(CONFIGS, { name: 'third' }, { dynamic: { do_not_fail_on_forbidden: true }, probes });
    operator.delete(CONFIGS, SSO);
    await operator.pass();
    expect([operator.exists(CONFIGS, SSO), operator.ready(CONFIGS, { name: 'third' })]).toEqual([
      false,
      'False Verifying',
    ]);
    configuration.letsIn = () => true;
    operator.delete(CONFIGS, { name: 'second' });
    await operator.pass(120_000);
    expect(Object.keys(authc(operator) as object)).toEqual(['basic_internal_auth_domain']);
  });

  describe('with a document that is not shown to the operator any more', () => {
    const NODES = { nodesDn: { other: ['CN=x'] } };
    const other = (operator: SimulatedOperator): unknown =>
      valueAt(operator.cluster.configuration.tree, ['nodesDn', 'other']);

    test('says what it leaves behind when it goes', async () => {
      const operator = await start(NODES);
      operator.cluster.configuration.hidden.add('nodesDn');
      operator.delete(CONFIGS, SSO);
      await operator.pass();
      expect([operator.exists(CONFIGS, SSO), operator.events.includes('LeftBehind')]).toEqual([false, true]);
      expect(other(operator)).toEqual(['CN=x']);
    });

    test('says what stays, and takes it out once it is shown', async () => {
      const operator = await start({ ...NODES, dynamic: { do_not_fail_on_forbidden: true } });
      operator.cluster.configuration.hidden.add('nodesDn');
      operator.apply(CONFIGS, SSO, { dynamic: { do_not_fail_on_forbidden: true } });
      await operator.pass();
      expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
      expect(operator.message(CONFIGS, SSO)).toContain('does not show /nodesDn/other');
      operator.cluster.configuration.hidden.clear();
      await operator.pass(90_000);
      expect([other(operator), operator.message(CONFIGS, SSO)]).toEqual([
        undefined,
        'the security configuration is in force',
      ]);
    });
  });

  test('is proved by what the operator is just before the change', async () => {
    const operator = anOperator();
    const steps: string[] = [];
    operator.cluster.configuration.onStep = (step) => void steps.push(step);
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
    await operator.start();
    expect(steps.filter((step) => ['renewSelf', 'patch', 'prove'].includes(step))).toEqual([
      'renewSelf',
      'patch',
      'prove',
    ]);
  });

  test('does not empty a list that somebody else filled unless it is told to', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    configuration.tree = withValue(configuration.tree, ['nodesDn', 'other'], ['CN=x']);
    operator.apply(CONFIGS, SSO, { nodesDn: { other: [] } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False AlreadyExists');
    expect(configuration.patches).toEqual([]);
  });

  test.each(['fetch', 'patch', 'written', 'prove'])(
    'ends proved or as before when the operator dies at the step %s',
    async (step) => {
      const operator = anOperator();
      const { configuration } = operator.cluster;
      let isDead = false;
      configuration.onStep = (now) => {
        if (now === step) isDead = true;
        if (isDead) throw new UnreachableError('gone');
      };
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
      await operator.start();
      await operator.stop();
      configuration.onStep = () => undefined;
      await operator.start();
      await operator.pass(60_000);
      expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
      const states = operator.kubernetes
        .all('secrets')
        .flatMap(({ metadata }) => metadata.annotations?.['security.opensearch.org/journal'] ?? []);
      expect(states.join()).not.toContain('"Open"');
    },
  );

  test.each([
    [
      'the only domain is switched off',
      { authc: { basic_internal_auth_domain: { http_enabled: false } } },
      'WouldLockOut',
    ],
    [
      'an authenticator is unknown',
      { authc: { x: { ...OIDC, http_authenticator: { type: 'opnid' } } } },
      'InvalidSpec',
    ],
    ['an order is taken', { authc: { x: { ...OIDC, order: 4 } } }, 'InvalidSpec'],
    [
      'an address is none',
      { authc: { x: { ...OIDC, http_authenticator: { type: 'openid', config: { openid_connect_url: 'id' } } } } },
      'InvalidSpec',
    ],
  ])('is refused and writes nothing when %s', async (_what, dynamic, reason) => {
    const operator = await start({ dynamic, adoptionPolicy: 'Always' });
    expect(operator.ready(CONFIGS, SSO)).toBe(`False ${reason}`);
    expect(operator.cluster.configuration.patches).toEqual([]);
  });

  test('waits for a Secret and shows its value nowhere', async () => {
    const operator = await start({
      dynamic: { on_behalf_of: { enabled: true } },
      valuesFrom: [{ path: '/on_behalf_of/signing_key', secretKeyRef: { name: 'obo', key: 'signing' } }],
    });
    expect(operator.ready(CONFIGS, SSO)).toBe('False SecretNotFound');
    operator.putSecret('obo', { signing: 'c2VjcmV0LXNpZ25pbmcta2V5' });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    expect(JSON.stringify(operator.cluster.configuration.tree)).toContain('c2VjcmV0LXNpZ25pbmcta2V5');
    const told = ['events', 'configmaps', CONFIGS].flatMap((collection) => operator.kubernetes.all(collection));
    expect(JSON.stringify(told)).not.toContain('c2VjcmV0LXNpZ25pbmcta2V5');
  });

  describe('beside another object that says who must still get in', () => {
    const GUARD = { name: 'guard' };
    const PROBES = { probes: [{ secretRef: { name: 'jane' } }] };

    async function guarded(spec: object): Promise<SimulatedOperator> {
      const operator = anOperator();
      operator.apply(CONFIGS, GUARD, spec);
      await operator.start();
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
      await operator.pass();
      return operator;
    }

    test('changes nothing while the Secret of that is missing, and says so', async () => {
      const operator = await guarded(PROBES);
      expect(operator.ready(CONFIGS, SSO)).toBe('False SecretNotFound');
      expect(operator.message(CONFIGS, SSO)).toMatch(/could not be proved.*team-a\/jane/);
      expect(operator.cluster.configuration.patches).toEqual([]);
      operator.putSecret('jane', { username: 'jane', password: 'password-of-jane' });
      await operator.pass();
      expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    });

    test('is not let go while the Secret of that is missing', async () => {
      const operator = anOperator();
      operator.putSecret('jane', { username: 'jane', password: 'password-of-jane' });
      operator.apply(CONFIGS, GUARD, PROBES);
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
      await operator.start();
      operator.delete('secrets', { name: 'jane' });
      operator.delete(CONFIGS, SSO);
      await operator.pass(90_000);
      expect([operator.exists(CONFIGS, SSO), Object.keys(authc(operator) as object)]).toEqual([
        true,
        ['basic_internal_auth_domain', 'oidc'],
      ]);
      operator.delete(CONFIGS, GUARD);
      await operator.pass();
      expect([operator.exists(CONFIGS, SSO), Object.keys(authc(operator) as object)]).toEqual([
        false,
        ['basic_internal_auth_domain'],
      ]);
    });

    test('is put back when that person is shut out, though another Secret of the object is missing', async () => {
      const operator = anOperator();
      operator.putSecret('jane', { username: 'jane', password: 'password-of-jane' });
      const valuesFrom = [{ path: '/on_behalf_of/signing_key', secretKeyRef: { name: 'obo', key: 'signing' } }];
      operator.apply(CONFIGS, GUARD, { ...PROBES, dynamic: { on_behalf_of: { enabled: true } }, valuesFrom });
      await operator.start();
      operator.cluster.configuration.letsIn = (_, tree) => valueAt(tree, ['dynamic', 'authc', 'oidc']) === undefined;
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
      await operator.pass(5000);
      expect(operator.ready(CONFIGS, SSO)).toBe('False RolledBack');
      expect(Object.keys(authc(operator) as object)).toEqual(['basic_internal_auth_domain']);
    });
  });

  test('does not tell a value of a Secret that the server repeats when it refuses', async () => {
    const operator = anOperator();
    operator.putSecret('new', { value: 'what-nobody-may-know' });
    operator.cluster.configuration.refusal =
      'Cannot deserialize value of type `int` from String "what-nobody-may-know": not a valid `int` value';
    operator.apply(CONFIGS, SSO, {
      allowUnknownKeys: ['/brand_new'],
      valuesFrom: [{ path: '/brand_new', secretKeyRef: { name: 'new', key: 'value' } }],
    });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False Rejected');
    expect(operator.message(CONFIGS, SSO)).toContain('from String "[redacted]"');
  });

  test('that was refused is tried again when somebody asks for it, and not before', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    configuration.refusal = 'Access denied';
    operator.apply(CONFIGS, SSO, { dynamic: { do_not_fail_on_forbidden: true } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False Rejected');
    configuration.refusal = undefined;
    await operator.pass(300_000);
    expect(operator.ready(CONFIGS, SSO)).toBe('False Rejected');
    operator.annotate(CONFIGS, SSO, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
  });

  test('that was put back is not tried again since somebody asks for it', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    configuration.shutOut = (tree) =>
      valueAt(tree, ['dynamic', 'authc', 'oidc']) === undefined ? undefined : 'nobody gets in';
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
    await operator.start();
    operator.annotate(CONFIGS, SSO, { 'security.opensearch.org/reconcile-requested-at': 'now' });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('False RolledBack');
    expect(configuration.patches).toHaveLength(2);
  });

  test('that waits for a Secret stalls when it has waited for too long', async () => {
    const operator = await start({
      valuesFrom: [{ path: '/dynamic/on_behalf_of/signing_key', secretKeyRef: { name: 'nowhere', key: 'x' } }],
    });
    expect(operator.ready(CONFIGS, SSO)).toBe('False SecretNotFound');
    await operator.pass(640_000);
    expect(operator.status(CONFIGS, SSO).conditions?.map(({ type }) => type)).toContain('Stalled');
  });

  test('plans anew when somebody else changes the configuration between the backup and the write', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    let isChanged = false;
    configuration.onStep = (step) => {
      if (step !== 'fetch' || isChanged) return;
      isChanged = true;
      configuration.tree = withValue(configuration.tree, ['dynamic', 'respect_request_indices_options'], true);
    };
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    expect(valueAt(configuration.tree, ['dynamic', 'respect_request_indices_options'])).toBe(true);
  });

  test('may not touch the domain that the operator logs in through when nobody could put it back', async () => {
    const operator = anOperator();
    operator.cluster.configuration.hasWayBack = false;
    const basic = { basic_internal_auth_domain: { order: 3 } };
    operator.apply(CONFIGS, SSO, { dynamic: { authc: basic }, adoptionPolicy: 'Always' });
    operator.apply(CONFIGS, { name: 'other' }, { dynamic: { do_not_fail_on_forbidden: true } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False WouldLockOut');
    expect(operator.message(CONFIGS, SSO)).toContain('rescue.clientCertificate');
    expect(operator.ready(CONFIGS, { name: 'other' })).toBe('True Applied');
    const conditions = operator.status(CONFIGS, { name: 'other' }).conditions ?? [];
    expect(conditions.map(({ type, reason }) => `${type} ${reason}`)).toContain('WayBack NoWayBack');
  });

  describe('when nobody could put it back, with a domain of another type', () => {
    const ready = async (http: object, order: number): Promise<string> => {
      const operator = anOperator();
      operator.cluster.configuration.hasWayBack = false;
      const domain = { ...OIDC, order, http_authenticator: { ...OIDC.http_authenticator, ...http } };
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { sso: domain } } });
      await operator.start();
      return operator.ready(CONFIGS, SSO);
    };

    test('may not turn away whoever comes to the domain of the operator', async () => {
      expect(await ready({ challenge: true }, 1)).toBe('False WouldLockOut');
    });

    test.each([
      ['it asks for nothing', { challenge: false }, 1],
      ['it comes later', { challenge: true }, 5],
      ['it cannot ask', { type: 'proxy', challenge: true, config: {} }, 1],
    ])('may do so where %s', async (_why, http, order) => {
      expect(await ready(http, order)).toBe('True Applied');
    });

    test('may not move before one of the domains that it came after', async () => {
      const operator = anOperator();
      const { configuration } = operator.cluster;
      configuration.hasWayBack = false;
      const present = { ...OIDC, order: 5, http_authenticator: { ...OIDC.http_authenticator, challenge: true } };
      const directory = { order: 9, http_authenticator: { type: 'basic' }, authentication_backend: { type: 'ldap' } };
      configuration.tree = withValue(configuration.tree, ['dynamic', 'authc', 'sso'], present);
      configuration.tree = withValue(configuration.tree, ['dynamic', 'authc', 'directory'], directory);
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { sso: { order: 1 } } }, adoptionPolicy: 'Always' });
      await operator.start();
      expect(operator.ready(CONFIGS, SSO)).toBe('False WouldLockOut');
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { sso: { order: 8 } } }, adoptionPolicy: 'Always' });
      await operator.pass();
      expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    });

    test('may still change one that was there before', async () => {
      const operator = anOperator();
      const { configuration } = operator.cluster;
      const present = { ...OIDC, http_authenticator: { ...OIDC.http_authenticator, challenge: true } };
      configuration.hasWayBack = false;
      configuration.tree = withValue(configuration.tree, ['dynamic', 'authc', 'sso'], present);
      operator.apply(CONFIGS, SSO, { dynamic: { authc: { sso: { description: 'people' } } } });
      await operator.start();
      expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    });

    test('may not change where roles come from when it logs in through a directory', async () => {
      const operator = anOperator();
      const { configuration } = operator.cluster;
      configuration.hasWayBack = false;
      const backend = ['dynamic', 'authc', 'basic_internal_auth_domain', 'authentication_backend', 'type'];
      configuration.tree = withValue(configuration.tree, backend, 'ldap');
      operator.apply(CONFIGS, SSO, {
        dynamic: { authz: { people: { authorization_backend: { type: 'ldap', config: {} } } } },
      });
      await operator.start();
      expect(operator.ready(CONFIGS, SSO)).toBe('False WouldLockOut');
    });
  });

  test('says of a password that is hidden from the operator that nobody can tell whether it is the declared one', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const password = ['dynamic', 'authz', 'ldap', 'authorization_backend', 'config', 'password'];
    operator.putSecret('ldap', { password: 'of-the-directory' });
    operator.apply(CONFIGS, SSO, {
      dynamic: { authz: { ldap: { authorization_backend: { type: 'ldap' } } } },
      valuesFrom: [{ path: `/${password.slice(1).join('/')}`, secretKeyRef: { name: 'ldap', key: 'password' } }],
    });
    await operator.start();
    expect(operator.message(CONFIGS, SSO)).toBe('the security configuration is in force');
    configuration.tree = withValue(configuration.tree, password, '******');
    operator.putSecret('ldap', { password: 'another-one' });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    expect(operator.message(CONFIGS, SSO)).toMatch(/config\/password is as declared cannot be told/);
  });

  test('leaves a domain alone whose password is hidden from the operator', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const ldap = { authorization_backend: { type: 'ldap', config: { password: '******' } } };
    configuration.tree = withValue(configuration.tree, ['dynamic', 'authz', 'ldap'], ldap);
    operator.apply(CONFIGS, SSO, { dynamic: { authz: { ldap: { description: 'people' } } } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False Unsupported');
    expect(configuration.patches).toEqual([]);
  });

  test('tells by pointer what would change while it only observes, and writes nothing', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } }, managementPolicy: 'Observe' });
    expect(operator.ready(CONFIGS, SSO)).toBe('True Observed');
    expect(operator.status(CONFIGS, SSO).plannedChanges).toEqual(['add /dynamic/authc/oidc']);
    expect(operator.cluster.configuration.patches).toEqual([]);
  });

  test('does not overwrite what was set by hand unless it is told to', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    configuration.tree = withValue(configuration.tree, ['dynamic', 'hosts_resolver_mode'], 'ip-hostname');
    operator.apply(CONFIGS, SSO, { dynamic: { hosts_resolver_mode: 'ip-hostname-lookup' } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False AlreadyExists');
    operator.apply(CONFIGS, SSO, { dynamic: { hosts_resolver_mode: 'ip-hostname-lookup' }, adoptionPolicy: 'Always' });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
  });

  test('gives a setting to the older of two objects that want different values', async () => {
    const operator = await start({ dynamic: { filtered_alias_mode: 'nowarn' } });
    operator.apply(CONFIGS, { name: 'younger' }, { dynamic: { filtered_alias_mode: 'disallow' } });
    await operator.pass();
    expect(operator.ready(CONFIGS, { name: 'younger' })).toBe('False NameTaken');
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
  });

  test('is put right with an event when it was changed behind its back', async () => {
    const operator = await start({ dynamic: { authc: { oidc: OIDC } } });
    const { configuration } = operator.cluster;
    configuration.tree = withValue(configuration.tree, ['dynamic', 'authc', 'oidc'], undefined);
    await operator.pass(90_000);
    expect(Object.keys(authc(operator) as object)).toContain('oidc');
    expect(operator.events).toContain('DriftCorrected');
  });

  test('waits, without trying all the time, while a user who must get in does not even now', async () => {
    const operator = anOperator();
    operator.putSecret('jane', { username: 'jane', password: 'password-of-jane' });
    const { configuration } = operator.cluster;
    let logins = 0;
    configuration.letsIn = () => {
      logins += 1;
      return logins > 4;
    };
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { oidc: OIDC } }, probes: [{ secretRef: { name: 'jane' } }] });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False Verifying');
    await operator.pass(300_000);
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    expect(logins).toBeLessThan(10);
  });

  test('says which audit setting is unknown before anything is written, or after a refusal where it cannot know', async () => {
    const operator = anOperator();
    const { configuration } = operator.cluster;
    const slip = { audit: { audit: { enable_rset: true } } };
    operator.apply(CONFIGS, SSO, slip);
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False InvalidSpec');
    expect(operator.message(CONFIGS, SSO)).toContain('did you mean enable_rest?');
    expect(configuration.patches).toEqual([]);
    operator.cluster.identity = { ...operator.cluster.identity, version: '3.9.0' };
    configuration.refusal = 'Could not parse content of request.';
    operator.apply(CONFIGS, SSO, { ...slip, dynamic: {} });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('False Rejected');
    expect(operator.message(CONFIGS, SSO)).toMatch(/^Could not parse content of request.*did you mean enable_rest\?/);
  });

  test('says before the write which key nobody knows, unless it is allowed or the server shows it', async () => {
    const operator = await start({ dynamic: { brand_new: true, hosts_resolvr_mode: 'x' } });
    const { configuration } = operator.cluster;
    expect(operator.ready(CONFIGS, SSO)).toBe('False InvalidSpec');
    expect(operator.message(CONFIGS, SSO)).toMatch(
      /brand_new is unknown.*hosts_resolvr_mode.*mean hosts_resolver_mode/,
    );
    expect(configuration.patches).toEqual([]);
    operator.apply(CONFIGS, SSO, { dynamic: { brand_new: true }, allowUnknownKeys: ['/brand_new'] });
    await operator.pass();
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
    operator.apply(CONFIGS, SSO, { dynamic: { brand_new: true, do_not_fail_on_forbidden: true } });
    await operator.pass();
    expect([operator.ready(CONFIGS, SSO), configuration.patches.length]).toEqual(['True Applied', 2]);
  });

  test('says which version has what a domain asks for', async () => {
    const operator = anOperator();
    operator.cluster.identity = { ...operator.cluster.identity, version: '2.19.4' };
    const jwt = { type: 'jwt', config: { jwks_uri: 'https://id.example/keys' } };
    operator.apply(CONFIGS, SSO, { dynamic: { authc: { jwt: { ...OIDC, http_authenticator: jwt } } } });
    await operator.start();
    expect(operator.ready(CONFIGS, SSO)).toBe('False Unsupported');
    expect(operator.message(CONFIGS, SSO)).toContain('needs OpenSearch 3.3');
    operator.cluster.identity = { ...operator.cluster.identity, version: '3.4.0' };
    await operator.pass(90_000);
    expect(operator.ready(CONFIGS, SSO)).toBe('True Applied');
  });

  test('shows what an upgrade of the default roles would change, unless it is told to ignore that', async () => {
    const operator = await start({ dynamic: { do_not_fail_on_forbidden: true } });
    operator.apply(CONFIGS, { name: 'deaf' }, { upgrade: { policy: 'Ignore' } });
    operator.cluster.configuration.upgrade.offered = [{ document: 'roles', verb: 'add', name: 'new_role' }];
    await operator.pass(90_000);
    expect(operator.status(CONFIGS, SSO).upgrade).toEqual({ available: true, changes: ['roles: add new_role'] });
    expect(operator.status(CONFIGS, { name: 'deaf' }).upgrade).toBeUndefined();
  });
});
