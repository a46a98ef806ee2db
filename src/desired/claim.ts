import type { StalledReason, WaitingReason } from '../plan/outcome.ts';
import { canonical, type Canonical } from './canonical.ts';
import { objectKey, resourceName, type ObjectKey, type Resource } from './resource.ts';

/** What one custom resource wants of one name in OpenSearch. */
export interface Claim {
  readonly key: ObjectKey;
  readonly resource: Resource;
  readonly desired: Desired;
}

/** The entity, or why there is none. */
export type Desired =
  | { readonly type: 'entity'; readonly canonical: Canonical }
  | { readonly type: 'waiting'; readonly reason: WaitingReason; readonly message: string }
  | { readonly type: 'stalled'; readonly reason: StalledReason; readonly message: string };

/** The claim of a resource whose use of the connection is permitted; `refusal` says why it is not. */
export function toClaim(resource: Resource, refusal: string | undefined): Claim {
  return { key: objectKey(resource), resource, desired: toDesired(resource, refusal) };
}

function toDesired(resource: Resource, refusal: string | undefined): Desired {
  if (refusal !== undefined) return { type: 'stalled', reason: 'NotPermitted', message: refusal };
  const name = resourceName(resource);
  const problems = [...nameProblems(name), ...resource.kind.problems(name, resource.spec as never)];
  if (problems.length > 0) return { type: 'stalled', reason: 'InvalidSpec', message: problems.join('; ') };
  return { type: 'entity', canonical: canonical(resource.kind, resource.kind.toEntity(resource.spec as never)) };
}

/** The plugin decodes JSON pointers twice, so a name with `~0` or `~1` would address another entity, unchecked. */
function nameProblems(name: string): readonly string[] {
  return /~[01]/.test(name)
    ? [`the name "${name}" contains ~0 or ~1, which OpenSearch cannot address: choose another`]
    : [];
}

/** The older claim first; text order of the key where both are as old. */
export function byAge(a: Claim, b: Claim): number {
  const [first, second] = [a.resource.creationTimestamp, b.resource.creationTimestamp];
  if (first !== second) return first < second ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}
