import type { KindName, Scenario } from './scenario.ts';

export interface Declared {
  readonly kind: KindName;
  readonly name: string;
  readonly spec: object;
}

const FLEET_KINDS: readonly KindName[] = ['OpenSearchActionGroup', 'OpenSearchTenant', 'OpenSearchRole'];

export { FLEET_KINDS };

/** So many objects of the three kinds in turn, each with a name of its own in OpenSearch. */
export function aFleet(scenario: Scenario, count: number): readonly Declared[] {
  return Array.from({ length: count }, (_, index) =>
    declare(`${scenario.namespace}-${String(index).padStart(4, '0')}`, index),
  );
}

function declare(name: string, index: number): Declared {
  switch (index % 3) {
    case 0:
      return {
        kind: 'OpenSearchActionGroup',
        name,
        spec: { type: 'index', allowedActions: ['indices:data/read/search'] },
      };
    case 1:
      return { kind: 'OpenSearchTenant', name, spec: { description: `tenant ${index}` } };
    default:
      return {
        kind: 'OpenSearchRole',
        name,
        spec: { indexPermissions: [{ indexPatterns: [`${name}-*`], allowedActions: ['read'] }] },
      };
  }
}

/** All at once, a few requests at a time. */
export async function applyAll(scenario: Scenario, fleet: readonly Declared[]): Promise<void> {
  const waiting = [...fleet];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      await scenario.create(next.kind, next.name, next.spec);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
