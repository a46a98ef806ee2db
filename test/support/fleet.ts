import { randomBytes } from 'node:crypto';
import { forEachConcurrently } from '../../src/concurrency.ts';
import { generatePassword } from '../../src/desired/generate-password.ts';
import type { KindName, Scenario } from './scenario.ts';

export interface Declared {
  readonly kind: KindName;
  readonly name: string;
  readonly spec: object;
}

const FLEET_KINDS: readonly KindName[] = [
  'OpenSearchActionGroup',
  'OpenSearchTenant',
  'OpenSearchRole',
  'OpenSearchUser',
  'OpenSearchRoleMapping',
];

export { FLEET_KINDS };

/** One Secret for all users: a password, and a hash of another one that costs nobody anything to make. */
const SECRET = 'fleet';
const HASH = '$2a$04$6hvxIRmUynudtVpHsKgwt.oXRtxiQMfIqegvVXhueLk0MkiFx2cCa';
const TEN = 10;

/**
 * So many objects, each with a name of its own in OpenSearch. Of ten, three are roles, one is a user, and two of each other
 * kind; they name each other: roles an action group, users and mappings a role of the same ten. Every other user has a
 * password, which costs a hash.
 */
export function aFleet(scenario: Scenario, count: number): readonly Declared[] {
  return Array.from({ length: count }, (_, index) => declare(scenario, index));
}

function declare({ namespace }: Scenario, index: number): Declared {
  const nameOf = (number: number): string => `${namespace}-${String(number).padStart(4, '0')}`;
  const place = index % TEN;
  const [name, beside] = [nameOf(index), (other: number): string => nameOf(index - place + other)];
  const secretKeyRef = { name: SECRET };
  switch (place) {
    case 0:
    case 1:
      return {
        kind: 'OpenSearchActionGroup',
        name,
        spec: { type: 'index', allowedActions: ['indices:data/read/search'] },
      };
    case 2:
    case 3:
    case 4: {
      const permission = { indexPatterns: [`${name}-*`], allowedActions: ['read', beside(place % 2)] };
      return { kind: 'OpenSearchRole', name, spec: { indexPermissions: [permission] } };
    }
    case 5:
    case 6:
      return { kind: 'OpenSearchTenant', name, spec: { description: `tenant ${index}` } };
    case 7:
    case 8:
      return { kind: 'OpenSearchRoleMapping', name, spec: { role: beside(place - 5), users: [beside(9)] } };
    default: {
      const credential = index % 20 < TEN ? { passwordFrom: { secretKeyRef } } : { passwordHashFrom: { secretKeyRef } };
      return { kind: 'OpenSearchUser', name, spec: { ...credential, securityRoles: [beside(4)] } };
    }
  }
}

/** All at once, a few requests at a time, and first the Secret that the users name. */
export async function applyAll(scenario: Scenario, fleet: readonly Declared[]): Promise<void> {
  await scenario.secret(SECRET, { password: generatePassword(20, randomBytes), hash: HASH });
  await forEachConcurrently(fleet.toReversed(), 16, async ({ kind, name, spec }) => {
    await scenario.create(kind, name, spec);
  });
}
