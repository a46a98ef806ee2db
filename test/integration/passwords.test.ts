import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { findPasswordProblem } from '../../src/commit/passwords/password-checker.ts';
import { PasswordHasher } from '../../src/commit/passwords/password-hasher.ts';
import { startCheckingThread, startHashingThreads } from '../../src/commit/passwords/password-threads.ts';
import { isBcryptHash } from '../../src/desired/bcrypt-hash.ts';
import { generatePassword } from '../../src/desired/generate-password.ts';
import { adminCertificate, realStack, type RealStack } from '../support/real-stack.ts';
import { Rest, type Answer } from '../support/rest.ts';
import { waitFor } from '../support/wait-for.ts';

const USERS = '/_plugins/_security/api/internalusers';
/** Not random, since what a password is worth depends on it. */
const JUDGED = 'captain-kirk';
/** The stack says nothing about passwords, so no length is asked for. */
const POLICY = { minLength: 0, minScore: 3, pattern: '' };

describe('passwords', () => {
  const run = `pw-${randomBytes(4).toString('hex')}`;
  const hasher = new PasswordHasher(randomBytes(32), startHashingThreads(systemClock));
  const checking = startCheckingThread(systemClock);
  let real: RealStack;
  let admin: Rest;

  beforeAll(async () => {
    real = await realStack();
    const { cluster, caPem } = real;
    admin = new Rest({
      url: cluster.nodes[0]?.url ?? '',
      caPem,
      ...adminCertificate(cluster),
    });
  });

  afterAll(async () => {
    const all = await admin.ok<Readonly<Record<string, unknown>>>('GET', USERS);
    const ours = Object.keys(all).filter((name) => name.startsWith(run) || name === JUDGED);
    await patch(ours.map((name) => ({ op: 'remove', path: `/${name}` })));
    await Promise.all([hasher.close(), checking.close(), admin.close()]);
  });

  /** A bulk PATCH; other tests write the same document. */
  function patch(operations: readonly object[]): Promise<Answer> {
    return waitFor('a PATCH of users', async () => {
      const answer = await admin.call('PATCH', USERS, operations);
      return answer.status === 409 ? undefined : answer;
    });
  }

  function store(userName: string, value: object): Promise<Answer> {
    return patch([{ op: 'add', path: `/${userName}`, value }]);
  }

  async function logIn(userName: string, password: string): Promise<number> {
    const authorization = `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}`;
    const { cluster, caPem } = real;
    const rest = new Rest({ url: cluster.nodes[0]?.url ?? '', caPem, headers: { authorization } });
    const { status } = await rest.call('GET', '/_plugins/_security/authinfo').finally(() => rest.close());
    return status;
  }

  function hash(userName: string, password: string): Promise<string> {
    const user = { connection: 'platform/prod', userName, password };
    return hasher.hash(user, 'edit', AbortSignal.timeout(120_000));
  }

  test.each([
    ['plain', generatePassword(32, randomBytes)],
    ['of-72-bytes', 'k'.repeat(71) + 'z'],
    ['of-100-characters', generatePassword(100, randomBytes)],
    ['of-many-bytes', 'x' + 'ä密😀'.repeat(12)],
  ])(
    'that are hashed here let in who has them, and the same hash again changes nothing: %s',
    async (name, password) => {
      const userName = `${run}-${name}`;
      const value = { hash: await hash(userName, password) };
      expect(await store(userName, value)).toMatchObject({ status: 200, body: { message: 'Resource updated.' } });
      expect([await logIn(userName, password), await logIn(userName, `x${password}`)]).toEqual([200, 401]);
      expect(await store(userName, value)).toMatchObject({ status: 200, body: { message: 'No updates required' } });
    },
  );

  test('that somebody changed behind our back are set back by the same hash', async () => {
    const userName = `${run}-changed`;
    const [mine, other] = [generatePassword(32, randomBytes), generatePassword(32, randomBytes)];
    const value = { hash: await hash(userName, mine) };
    await store(userName, value);
    await store(userName, { password: other });
    expect(await logIn(userName, other)).toBe(200);
    expect(await store(userName, value)).toMatchObject({ body: { message: 'Resource updated.' } });
    expect([await logIn(userName, mine), await logIn(userName, other)]).toEqual([200, 401]);
  });

  // Whether somebody can log in with it is asked with a hash of the lowest cost.
  test.each(['$2y$12', '$2b$12', '$2a$12', '$2$12', '$2y$03', ' $2y$12'])(
    'have a hash that the server knows when we say so: %s',
    async (beginning) => {
      const userName = `${run}-begins`;
      const good = await hash(userName, 'Zk9!qWmP3vT');
      const changed = good.replace('$2y$12', beginning);
      await store(userName, { hash: changed });
      expect(await logIn(userName, 'Zk9!qWmP3vT')).toBe(isBcryptHash(changed) ? 200 : 401);
    },
  );

  /** Of each password: what both server versions answered when the table was made. */
  test.each([
    ['', 'Password is too short'],
    ['a', 'Weak password'],
    ['x'.repeat(100), 'Weak password'],
    ['x'.repeat(101), 'Password is too long'],
    ['\u{1f600}'.repeat(51), 'Password is too long'],
    ['kirkpass', 'Weak password'],
    ['testpassword1', 'Weak password'],
    ['myStrongPassword123!', undefined],
    ['correcthorsebatterystaple', undefined],
    ['Tr0ub4dour&3', 'Weak password'],
    ['P@ssw0rd', 'Weak password'],
    ['Passw0rd!2024', 'Weak password'],
    ['qwertyuiop[]', 'Weak password'],
    ['1qaz2wsx3edc4rfv', 'Weak password'],
    ['aaaaaaaaaaaaaaaaaaaa', 'Weak password'],
    ['abcabcabcabcabc', 'Weak password'],
    ['12.05.1987-12.05', undefined],
    ['Zk9!qWmP', 'Weak password'],
    ['Zk9!qWmP3', undefined],
    ['пароль密码x', undefined],
    ['NAME', 'Weak password'],
    ['NAMENAME', 'Weak password'],
    ['NAME-Zk9!qWmP3', 'Password is similar to user name'],
    ['Zk9!NAMEqWmP3', 'Password is similar to user name'],
    ['UPPER-Zk9!qWmP3', 'Password is similar to user name'],
    ['REVERSED-Zk9!qWmP3', 'Password is similar to user name'],
    ['LEET-Zk9!qWmP3', 'Password is similar to user name'],
  ])('are judged here as there: %s', async (pattern, recorded) => {
    const userName = JUDGED;
    const password = pattern
      .replaceAll('NAME', userName)
      .replaceAll('UPPER', userName.toUpperCase())
      .replaceAll('REVERSED', Array.from(userName).reverse().join(''))
      .replaceAll('LEET', userName.replaceAll('i', '1'));
    const answer = await store(userName, { password });
    const theirs = answer.status === 200 ? undefined : (answer.body as { readonly reason: string }).reason;
    const ours = await findPasswordProblem(checking, { userName, password }, POLICY);
    expect({ theirs, ours }).toEqual({ theirs: recorded, ours: recorded });
  });

  test('cost the server less when they are hashed here', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${run}-bulk-${index}`);
    const passwords = names.map(() => generatePassword(32, randomBytes));
    const add = async (values: readonly object[]) => {
      const operations = names.map((name, index) => ({ op: 'add', path: `/${name}`, value: values[index] }));
      expect(await patch(operations)).toMatchObject({ status: 200, body: { message: 'Resource updated.' } });
    };
    const start = performance.now();
    await add(passwords.map((password) => ({ password })));
    const sent = performance.now();
    const hashes = await Promise.all(names.map((name, index) => hash(name, passwords[index] ?? '')));
    const hashed = performance.now();
    await add(hashes.map((made) => ({ hash: made })));
    expect(performance.now() - hashed).toBeLessThan(sent - start);
  });
});
