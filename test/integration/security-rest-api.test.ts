import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Collection } from '../../src/clients/rest-collections.ts';
import { AuthenticationError, ForbiddenError } from '../../src/errors.ts';
import { SecurityFixture, valueOf } from '../support/security-fixture.ts';

const PASSWORD = 'Correct-horse-99-battery';
/** Of `PASSWORD`, so that users are made without waiting for the server to hash. */
const HASH = '$2y$04$abcdefghijklmnopqrstuuJ3Yg4JQpHCdZrTDTYGZJZ6Fq6m2mMzK';
const FLAGS = { reserved: false, hidden: false, static: false };

let fixture: SecurityFixture;

beforeAll(async () => {
  fixture = await SecurityFixture.start();
});
afterEach(() => fixture.restore());
afterAll(() => fixture.stop());

/** A body and what GET makes of it; then one field, changed. */
interface Life<Body, Entity> {
  readonly noun: string;
  readonly body: Body;
  readonly stored: Entity;
  readonly field: keyof Entity & string;
  readonly value: unknown;
}

/** All that can be done with one entity, from before its birth until after its death. */
async function live<Body, Entity>(collection: Collection<Body, Entity>, life: Life<Body, Entity>): Promise<void> {
  const { noun, body, stored, field, value } = life;
  const name = fixture.name('entity');
  const gone = { type: 'not-found', words: `${noun} '${name}' not found.` };
  expect(await collection.get(name)).toEqual(gone);
  expect(await collection.put(name, body)).toEqual(confirmed('CREATED', `'${name}' created.`));
  expect(await collection.get(name)).toEqual({ type: 'ok', value: stored });
  expect(await collection.put(name, body)).toEqual(confirmed('OK', `'${name}' updated.`));
  const change = { op: 'add', value } as const;
  expect(await collection.patch(name, [{ ...change, path: [field] }])).toEqual(confirmed('OK', `'${name}' updated.`));
  expect(await collection.patch(name, [{ ...change, path: [field] }])).toEqual({ type: 'unchanged' });
  expect(await collection.patchAll([{ ...change, path: [name, field] }])).toEqual({ type: 'unchanged' });
  expect(valueOf(await collection.getAll())).toMatchObject({ [name]: { ...stored, [field]: value } });
  expect(await collection.delete(name)).toEqual(confirmed('OK', `'${name}' deleted.`));
  expect(await collection.delete(name)).toEqual(gone);
  expect(await collection.patch(name, [{ ...change, path: [field] }])).toEqual(gone);
  const both = [
    { op: 'add', path: [name], value: body },
    { op: 'remove', path: [name] },
  ] as const;
  expect(await collection.patchAll(both.slice(0, 1))).toEqual(confirmed('OK', 'Resource updated.'));
  expect(await collection.patchAll(both.slice(1))).toEqual(confirmed('OK', 'Resource updated.'));
  expect(await collection.patchAll(both.slice(1))).toEqual({ type: 'unchanged' });
}

function confirmed(status: 'OK' | 'CREATED', message: string): object {
  return { type: 'ok', value: { status, message } };
}

describe('a collection', () => {
  it('of roles can be read and written in every way', () =>
    live(fixture.user.roles, {
      noun: 'role',
      body: {
        cluster_permissions: ['cluster_composite_ops_ro'],
        index_permissions: [{ index_patterns: ['a-*'], allowed_actions: ['read'], dls: '{"match_all":{}}' }],
        tenant_permissions: [{ tenant_patterns: ['t'], allowed_actions: ['kibana_all_read'] }],
      },
      stored: {
        ...FLAGS,
        cluster_permissions: ['cluster_composite_ops_ro'],
        index_permissions: [
          { index_patterns: ['a-*'], dls: '{"match_all":{}}', fls: [], masked_fields: [], allowed_actions: ['read'] },
        ],
        tenant_permissions: [{ tenant_patterns: ['t'], allowed_actions: ['kibana_all_read'] }],
      },
      field: 'description',
      value: 'changed',
    }));

  it('of role mappings can be read and written in every way', async () => {
    await fixture.user.roles.put(fixture.name('entity'), { description: 'mapped' });
    await live(fixture.user.rolesMapping, {
      noun: 'rolesmapping',
      body: { backend_roles: ['b'] },
      stored: { reserved: false, hidden: false, users: [], hosts: [], backend_roles: ['b'], and_backend_roles: [] },
      field: 'users',
      value: ['somebody'],
    });
  });

  it('of users can be read and written in every way', () =>
    live(fixture.user.internalUsers, {
      noun: 'user',
      body: { hash: HASH, backend_roles: ['b'], attributes: { team: 'a' } },
      stored: {
        ...FLAGS,
        hash: '',
        backend_roles: ['b'],
        attributes: { team: 'a' },
        opendistro_security_roles: [],
      },
      field: 'description',
      value: 'changed',
    }));

  it('of tenants can be read and written in every way', () =>
    live(fixture.user.tenants, {
      noun: 'tenant',
      body: { description: '' },
      stored: { ...FLAGS, description: '' },
      field: 'description',
      value: 'changed',
    }));

  it('of action groups can be read and written in every way', () =>
    live(fixture.user.actionGroups, {
      noun: 'actiongroup',
      body: { type: 'index', allowed_actions: ['indices:data/read/get'] },
      stored: { ...FLAGS, type: 'index', allowed_actions: ['indices:data/read/get'] },
      field: 'allowed_actions',
      value: ['indices:data/read/get', 'indices:data/read/search'],
    }));

  it('of names of nodes can be read and written in every way, with the admin certificate', async () => {
    await live(fixture.admin.nodesDn, {
      noun: 'nodesdn',
      body: { nodes_dn: ['CN=a'] },
      stored: { nodes_dn: ['CN=a'] },
      field: 'nodes_dn',
      value: ['CN=a', 'CN=b'],
    });
    expect(await fixture.user.nodesDn.getAll()).toEqual({ type: 'refused', words: 'Access denied' });
    const all = valueOf(await fixture.admin.nodesDn.getAllWithStatic());
    expect(all).toEqual({ STATIC_OPENSEARCH_YML_NODES_DN: { nodes_dn: ['CN=node,O=test'] } });
  });
});

describe('a name', () => {
  const odd = ['a/b~c.d', 'two wörds 名前', 'q"\\*?x#y&z+%41'];

  it.each(odd)('%s is addressed as it is, in an address and in a pointer', async (suffix) => {
    const { tenants } = fixture.user;
    const name = fixture.name(suffix);
    expect(await tenants.put(name, { description: 'x' })).toMatchObject({ type: 'ok' });
    expect(await tenants.patchAll([{ op: 'add', path: [name, 'description'], value: 'y' }])).toMatchObject({
      type: 'ok',
    });
    expect(valueOf(await tenants.get(name)).description).toBe('y');
    expect(Object.keys(valueOf(await tenants.getAll())).filter((key) => key.startsWith(fixture.prefix))).toEqual([
      name,
    ]);
    expect(await tenants.delete(name)).toMatchObject({ type: 'ok' });
  });

  it.each(['.', '..'])('%s is no step in the address', async (name) => {
    const { tenants } = fixture.user;
    try {
      expect(await tenants.put(name, { description: 'dots' })).toMatchObject({ type: 'ok' });
      expect(valueOf(await tenants.get(name)).description).toBe('dots');
    } finally {
      await tenants.delete(name);
    }
  });

  it('with a lone percent sign is for users nowhere, and for roles on 3.x in a patch only', async () => {
    const { roles, internalUsers } = fixture.user;
    const name = fixture.name('50%');
    expect(await roles.put(name, { description: 'x' })).toMatchObject({ type: fixture.is3 ? 'refused' : 'ok' });
    expect(await roles.patchAll([{ op: 'add', path: [name], value: { description: 'y' } }])).toMatchObject({
      type: 'ok',
    });
    expect(await roles.get(name)).toMatchObject({ type: 'ok' });
    const refused = { type: 'refused', words: expect.stringContaining('escape') };
    expect(await internalUsers.put(name, { hash: HASH })).toEqual(refused);
    expect(await internalUsers.patchAll([{ op: 'add', path: [name], value: { hash: HASH } }])).toEqual(refused);
  });
});

describe('a refusal', () => {
  it.each([
    ['reserved', 'alerting_read_access', "Resource 'alerting_read_access' is reserved."],
    ['static', 'all_access', "Resource 'all_access' is static."],
  ])('of a %s role names it', async (_, name, words) => {
    expect(await fixture.user.roles.put(name, { description: 'mine' })).toEqual({ type: 'refused', words, name });
    const operation = { op: 'add', path: [name, 'description'], value: 'mine' } as const;
    expect(await fixture.user.roles.patchAll([operation])).toEqual({ type: 'refused', words, name });
  });

  it('of a field inside of a permission comes with 500 and is about what was sent all the same', async () => {
    const value = { index_permissions: [{ index_patterns: ['a'], nonsense: true }] };
    const words = expect.stringMatching(/Unrecognized field "nonsense"/);
    const name = fixture.name('typo');
    expect(await fixture.user.roles.put(name, value)).toEqual({ type: 'refused', words });
    expect(await fixture.user.roles.patchAll([{ op: 'add', path: [name], value }])).toEqual({ type: 'refused', words });
    expect(await fixture.user.roles.put(name, { index_permissions: [{ dls: {} as string }] })).toMatchObject({
      type: 'refused',
    });
  });

  it('of a blank action depends on the version', async () => {
    const answer = await fixture.user.actionGroups.put(fixture.name('blank'), { allowed_actions: [''] });
    expect(answer.type).toBe(fixture.is3 ? 'refused' : 'ok');
  });

  it('of a mapping to a role that is not there is not-found', async () => {
    const name = fixture.name('nobody');
    const words = `role '${name}' not found.`;
    expect(await fixture.user.rolesMapping.put(name, { users: [] })).toEqual({ type: 'not-found', words });
  });

  it.each([
    ['a weak password', { password: 'summer-2024' }, /Weak password|similar/],
    ['a field that is not there', { password: PASSWORD, nonsense: PASSWORD }, /invalid_keys: .*nonsense/],
    ['a password of a wrong type', { password: [PASSWORD] as unknown as string }, /password: String expected/],
    ['no password at all', { description: 'x' }, /specify either 'hash' or 'password'/],
  ])('of a user with %s repeats no password', async (_, body, words) => {
    const name = fixture.name('refused');
    const answer = await fixture.user.internalUsers.put(name, body);
    expect(answer).toEqual({ type: 'refused', words: expect.stringMatching(words) });
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
    expect(await fixture.user.internalUsers.get(name)).toMatchObject({ type: 'not-found' });
  });

  it('of a change to a user whom a patch made without a password is no outage', async () => {
    const { internalUsers } = fixture.user;
    const name = fixture.name('no-password');
    const make = { op: 'add', path: [name], value: { description: 'x' } } as const;
    expect(await internalUsers.patchAll([make])).toMatchObject({ type: 'ok' });
    const words = `Existing user ${name} has no password, and no new password or hash was specified.`;
    const change = { op: 'add', path: ['description'], value: 'y' } as const;
    expect(await internalUsers.patch(name, [change])).toEqual({ type: 'refused', words });
  });
});

describe('users', () => {
  it('can be asked for by their type, and service accounts for a new password', async () => {
    const { internalUsers } = fixture.user;
    const [person, service] = [fixture.name('person'), fixture.name('service')];
    await internalUsers.put(person, { hash: HASH });
    await internalUsers.put(service, { attributes: { service: 'true', enabled: 'true' } });
    expect(Object.keys(valueOf(await internalUsers.getOfType('service')))).toEqual([service]);
    expect(Object.keys(valueOf(await internalUsers.getOfType('internal')))).toContain(person);
    const { message } = valueOf(await internalUsers.authToken(service));
    expect(message).toMatch(new RegExp(`^'${service}' authtoken generated .*user=${service}, password=`));
    const words = 'An auth token could not be generated for the specified account.';
    expect(await internalUsers.authToken(person)).toEqual({ type: 'refused', words });
    expect(await internalUsers.authToken(fixture.name('nobody'))).toMatchObject({ type: 'not-found' });
  });
});

describe('somebody', () => {
  it('with a wrong password is not who they say', async () => {
    await expect(fixture.as(fixture.real.cluster.username, 'wrong').roles.getAll()).rejects.toThrow(
      AuthenticationError,
    );
  });

  it('without a role for the API may ask about themselves only', async () => {
    const name = fixture.name('plain');
    valueOf(await fixture.admin.internalUsers.put(name, { password: PASSWORD }));
    const plain = fixture.as(name, PASSWORD);
    await expect(plain.roles.getAll()).rejects.toThrow(ForbiddenError);
    await expect(plain.cache.flush()).rejects.toThrow(ForbiddenError);
    expect(valueOf(await plain.account.get())).toMatchObject({ user_name: name, is_internal_user: true });
    expect(valueOf(await plain.permissionsInfo())).toMatchObject({ user_name: name, has_api_access: false });
  });
});

describe('the old prefix', () => {
  it('serves what is as old as itself', async () => {
    const old = fixture.withOldPrefix();
    for (const answer of [await old.roles.getAll(), await old.securityConfig.get(), await old.about.health()])
      expect(answer.type).toBe('ok');
    for (const answer of [
      await old.allowlist.get(),
      await old.certificates.ofNodes(),
      await old.cache.flushUser('x'),
      await old.about.whoAmI(),
    ])
      expect(answer).toEqual({ type: 'unsupported', words: expect.stringMatching(/^no handler found/) });
  });
});
