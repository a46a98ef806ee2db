import { describe, expect, test } from '@jest/globals';
import { AuthenticationError, ForbiddenError, UnreachableError } from '../../src/errors.ts';
import { useOperators } from '../support/operators.ts';
import { CONNECTIONS, ROLES, USERS, type SimulatedOperator } from '../support/simulated-operator.ts';

const DEFAULT = { name: 'default' };
const OLD = 'secret-password';
const NEW = 'another-password';

const anOperator = useOperators();

/** Connected with the old password, the only one that the cluster takes. */
async function connected(): Promise<SimulatedOperator> {
  const operator = anOperator();
  operator.passwordInForce = OLD;
  operator.cluster.onPassword = (password) => {
    operator.passwordInForce = password;
    return { type: 'changed' };
  };
  operator.apply(ROLES, { name: 'ops' }, { description: 'x' });
  await operator.start();
  expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
  return operator;
}

async function rotate(operator: SimulatedOperator): Promise<void> {
  operator.putSecret('admin', { username: 'operator', password: NEW });
  await operator.pass();
}

function refuse(operator: SimulatedOperator): void {
  operator.cluster.onPassword = () => ({ type: 'refused', words: 'Weak password' });
}

function told(operator: SimulatedOperator): string {
  const condition = operator.status(CONNECTIONS, DEFAULT).conditions?.find(({ type }) => type === 'CredentialsInForce');
  return condition === undefined ? 'nothing' : `${condition.status} ${condition.reason}: ${condition.message}`;
}

describe('a new password of the own user', () => {
  test('is put in force with the old login, then used, and told', async () => {
    const operator = await connected();
    await rotate(operator);
    expect(operator.cluster.passwords).toEqual([NEW]);
    expect(operator.opened.at(-1)?.auth).toMatchObject({ password: NEW });
    expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
    expect(operator.events).toContain('PasswordChanged');
  });

  test('is believed to be in force though the first login is still refused', async () => {
    const operator = await connected();
    operator.cluster.onPassword = () => ({ type: 'changed' });
    operator.onRefusedLogin = (password) => {
      operator.passwordInForce = password;
    };
    await rotate(operator);
    expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
    expect(operator.events).not.toContain('AuthenticationFailed');
  });

  test('that is in force already is just taken', async () => {
    const operator = await connected();
    operator.passwordInForce = NEW;
    operator.cluster.onPassword = () => {
      throw new AuthenticationError('the old one is over');
    };
    await rotate(operator);
    expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
    expect(operator.events).not.toContain('PasswordChanged');
  });

  test('that another directory has in force already is taken, though the account API knows no such user', async () => {
    const operator = await connected();
    operator.cluster.onPassword = () => {
      operator.passwordInForce = NEW;
      return { type: 'refused', words: "account 'operator' not found." };
    };
    await rotate(operator);
    expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
  });

  test('that is refused leaves the old login at work, is told in the words of the server, and is not tried again', async () => {
    const operator = await connected();
    refuse(operator);
    await rotate(operator);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(told(operator)).toMatch(/^False PasswordNotChanged: .*Weak password/);
    const opened = operator.opened.length;
    await operator.pass(600_000);
    expect(operator.cluster.passwords).toHaveLength(1);
    expect(operator.opened).toHaveLength(opened);
    expect(operator.events.filter((reason) => reason === 'PasswordNotChanged')).toHaveLength(1);
  });

  test('that is refused and then taken back is nothing to tell any more', async () => {
    const operator = await connected();
    refuse(operator);
    await rotate(operator);
    operator.putSecret('admin', { username: 'operator', password: OLD });
    await operator.pass();
    expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
  });

  test('that is refused does not shut us out after an outage', async () => {
    const operator = await connected();
    refuse(operator);
    await rotate(operator);
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(120_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Unreachable');
    operator.cluster.outage = undefined;
    await operator.pass(60_000);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(told(operator)).toContain('Weak password');
  });

  test('that comes while the cluster is away is put in force when it is back', async () => {
    const operator = await connected();
    operator.cluster.outage = new UnreachableError('away');
    await operator.pass(70_000);
    await rotate(operator);
    operator.cluster.outage = undefined;
    await operator.pass(120_000);
    expect(operator.passwordInForce).toBe(NEW);
    expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
  });

  test('whose answer is lost is tried again after a pause', async () => {
    const operator = await connected();
    const { onPassword } = operator.cluster;
    operator.cluster.onPassword = () => {
      throw new UnreachableError('lost');
    };
    await rotate(operator);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    expect(told(operator)).toContain('could not be put in force yet');
    operator.cluster.onPassword = onPassword;
    await operator.pass(130_000);
    expect([operator.passwordInForce, told(operator)]).toEqual([NEW, 'nothing']);
  });

  test('is not put in force while nothing may be written', async () => {
    const operator = await connected();
    operator.connect({ managementPolicy: 'Observe' });
    await rotate(operator);
    expect(operator.cluster.passwords).toEqual([]);
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Observed');
    expect(told(operator)).toContain('managementPolicy is Observe');
  });

  describe('of a user that an object declares', () => {
    const SELF = { name: 'self' };
    const SPEC = { name: 'operator', adoptionPolicy: 'Always', passwordFrom: { secretKeyRef: { name: 'admin' } } };

    async function declared(spec: object = {}): Promise<SimulatedOperator> {
      const operator = await connected();
      operator.apply(USERS, SELF, { ...SPEC, ...spec });
      await operator.pass();
      return operator;
    }

    const NEXT = { name: 'next' };
    const FROM_NEXT = { passwordFrom: { secretKeyRef: NEXT } };

    /** The connection logs in as another user, by the Secret of that. */
    async function change(operator: SimulatedOperator): Promise<void> {
      operator.connect({ auth: { basic: { secretRef: NEXT } } });
      await operator.pass();
    }

    async function connectedBesideNext(): Promise<SimulatedOperator> {
      const operator = await connected();
      operator.putSecret('next', { username: 'next', password: NEW });
      return operator;
    }

    test('is put in force with the old login when that object cannot do it', async () => {
      const operator = await declared({ managementPolicy: 'Observe' });
      await rotate(operator);
      expect([operator.passwordInForce, told(operator)]).toEqual([NEW, 'nothing']);
    });

    test('is hardly tried while the object waits, as wrong ones count, and at once when that has written it', async () => {
      const operator = await declared();
      expect(operator.ready(USERS, SELF)).toBe('True Applied');
      operator.passwords.hashMs = 1_200_000;
      const opened = operator.opened.length;
      await rotate(operator);
      await operator.pass(600_000);
      expect(told(operator)).toContain('as soon as the OpenSearchUser');
      expect(operator.opened.length - opened).toBeLessThan(4);
      operator.cluster.beforePatch = () => {
        if (operator.cluster.patches.at(-1)?.document === 'internalusers') operator.passwordInForce = NEW;
      };
      await operator.pass(605_000);
      expect(operator.passwordInForce).toBe(NEW);
      expect(operator.opened.at(-1)?.auth).toMatchObject({ password: NEW });
      expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
    });

    test('is put in force with the old login once the object is paused', async () => {
      const operator = await declared();
      operator.passwords.hashMs = 1_200_000;
      await rotate(operator);
      expect(operator.passwordInForce).toBe(OLD);
      operator.annotate(USERS, SELF, { 'security.opensearch.org/paused': 'true' });
      await operator.pass();
      expect([operator.passwordInForce, told(operator)]).toEqual([NEW, 'nothing']);
    });

    test('is never given to the user of before when the connection changes to another user', async () => {
      const operator = await connectedBesideNext();
      const waits = { ...FROM_NEXT, securityRoles: ['later'] };
      operator.apply(USERS, NEXT, waits);
      await operator.pass();
      await change(operator);
      expect(operator.ready(USERS, NEXT)).toMatch(/^False/);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
      expect(operator.cluster.passwords).toEqual([]);
      operator.cluster.put('roles', 'later', {});
      operator.cluster.beforePatch = () => void (operator.passwordInForce = NEW);
      await operator.pass(120_000);
      expect(operator.opened.at(-1)?.auth).toMatchObject({ username: 'next' });
      expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
    });

    test('is put in force with the old login when that object wants another one', async () => {
      const operator = await declared();
      operator.putSecret('other', { password: 'of-somebody' });
      operator.apply(USERS, SELF, { ...SPEC, passwordFrom: { secretKeyRef: { name: 'other' } } });
      await operator.pass();
      expect(operator.ready(USERS, SELF)).toBe('False WouldLockOut');
      await rotate(operator);
      expect([operator.passwordInForce, told(operator)]).toEqual([NEW, 'nothing']);
    });

    test('is not tried each time that the cluster comes back', async () => {
      const operator = await declared();
      operator.passwords.hashMs = 10_000_000;
      await rotate(operator);
      const opened = operator.opened.length;
      for (let outage = 0; outage < 5; outage += 1) {
        operator.cluster.outage = new UnreachableError('away');
        await operator.pass(70_000);
        operator.cluster.outage = undefined;
        await operator.pass(30_000);
        expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
      }
      const tries = operator.opened.slice(opened).filter(({ auth }) => auth.type === 'basic' && auth.password === NEW);
      expect(tries.length).toBeLessThan(3);
    });

    test('of another user, who is there already, is used though the one of before may do nothing any more', async () => {
      const operator = await connectedBesideNext();
      operator.passwordInForce = undefined;
      operator.apply(USERS, NEXT, FROM_NEXT);
      await operator.pass();
      expect(operator.ready(USERS, NEXT)).toBe('True Applied');
      const isNext = (): boolean => JSON.stringify(operator.opened.at(-1)?.auth).includes('next');
      Object.defineProperty(operator.cluster, 'outageOfReads', {
        get: () => (isNext() ? undefined : new ForbiddenError('no')),
      });
      await operator.pass(90_000);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False Forbidden');
      await change(operator);
      await operator.pass(60_000);
      expect([isNext(), operator.ready(CONNECTIONS, DEFAULT)]).toEqual([true, 'True Connected']);
    });

    test('does not keep us at another address', async () => {
      const operator = await declared();
      operator.passwords.hashMs = 10_000_000;
      await rotate(operator);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
      operator.connect({ endpoints: ['https://elsewhere.example:9200'] });
      await operator.pass(60_000);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False AuthenticationFailed');
    });

    test('of a user who comes with the connection that logs in as him is written with the login of before', async () => {
      const operator = await connectedBesideNext();
      await change(operator);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False AuthenticationFailed');
      operator.apply(USERS, NEXT, FROM_NEXT);
      operator.cluster.beforePatch = () => void (operator.passwordInForce = NEW);
      await operator.pass(120_000);
      expect(operator.opened.at(-1)?.auth).toMatchObject({ username: 'next' });
      expect([operator.ready(CONNECTIONS, DEFAULT), told(operator)]).toEqual(['True Connected', 'nothing']);
    });

    test('does not shut us out though the old login is refused for a while', async () => {
      const operator = await declared();
      operator.passwords.hashMs = 1_200_000;
      await rotate(operator);
      operator.passwordInForce = 'blocked';
      operator.cluster.outage = new AuthenticationError('blocked');
      await operator.pass(120_000);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False AuthenticationFailed');
      operator.passwordInForce = OLD;
      operator.cluster.outage = undefined;
      await operator.pass(60_000);
      expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('True Connected');
    });
  });

  test('that came while the operator was stopped cannot be put in force: nobody remembers the old one', async () => {
    const operator = await connected();
    await operator.stop();
    operator.putSecret('admin', { username: 'operator', password: NEW });
    await operator.start();
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False AuthenticationFailed');
  });

  test('that comes while a turn is under way is not overlooked', async () => {
    const operator = await connected();
    operator.connect({ endpoints: ['https://elsewhere.example:9200'] });
    await rotate(operator);
    expect(operator.passwordInForce).toBe(NEW);
  });

  test('that was refused goes along to another address, and the old one does not', async () => {
    const operator = await connected();
    refuse(operator);
    await rotate(operator);
    operator.connect({ endpoints: ['https://elsewhere.example:9200'] });
    await operator.pass(60_000);
    const there = operator.opened.filter(({ endpoints }) => endpoints[0]?.includes('elsewhere') === true);
    expect(new Set(there.map(({ auth }) => auth.type === 'basic' && auth.password))).toEqual(new Set([NEW]));
    expect(operator.ready(CONNECTIONS, DEFAULT)).toBe('False AuthenticationFailed');
  });
});
