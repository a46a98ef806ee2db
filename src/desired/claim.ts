import type { StalledReason, WaitingReason } from '../plan/outcome.ts';
import { canonical, type Canonical } from './canonical.ts';
import { objectKey, resourceName, type ObjectKey, type Resource } from './resource.ts';

/** What one custom resource wants of one name in OpenSearch. */
export interface Claim {
  readonly key: ObjectKey;
  readonly resource: Resource;
  readonly desired: Desired;
  /** What has to be there before it can be written, and is not. */
  readonly missing?: string;
}

/** The secret part of an entity. It is nowhere but in memory and in requests. */
export interface Secret {
  readonly field: 'hash' | 'password';
  /** Undefined until it is needed and computed. */
  readonly value: string | undefined;
  /** Says which value it is without telling anything of it. */
  readonly version: string;
}

/** What is known of the secret part that a resource needs. */
export type Credential =
  | { readonly type: 'secret'; readonly secret: Secret }
  | { readonly type: 'waiting'; readonly reason: WaitingReason; readonly message: string }
  | { readonly type: 'stalled'; readonly reason: StalledReason; readonly message: string }
  | { readonly type: 'unknown' };

/** The entity, or why there is none. */
export type Desired =
  | { readonly type: 'entity'; readonly canonical: Canonical; readonly secret?: Secret }
  | { readonly type: 'waiting'; readonly reason: WaitingReason; readonly message: string }
  | { readonly type: 'stalled'; readonly reason: StalledReason; readonly message: string }
  /** Something is being read or computed: to be asked again. */
  | { readonly type: 'unknown' };

/** What a claim depends on besides its spec. */
export interface Circumstances {
  /** Why the resource may not use the connection. */
  readonly refusal?: string | undefined;
  /** Absent where no secret is needed. */
  readonly credential?: Credential | undefined;
  readonly missing?: string | undefined;
}

/** The claim of a resource on its name. */
export function toClaim(resource: Resource, { refusal, credential, missing }: Circumstances): Claim {
  const desired = toDesired(resource, refusal, credential);
  return { key: objectKey(resource), resource, desired, ...(missing === undefined ? {} : { missing }) };
}

function toDesired(resource: Resource, refusal: string | undefined, credential: Credential | undefined): Desired {
  if (refusal !== undefined) return { type: 'stalled', reason: 'NotPermitted', message: refusal };
  const name = resourceName(resource);
  const problems = [...nameProblems(name), ...resource.kind.problems(name, resource.spec as never)];
  if (problems.length > 0) return { type: 'stalled', reason: 'InvalidSpec', message: problems.join('; ') };
  if (credential !== undefined && credential.type !== 'secret') return credential;
  const entity = canonical(resource.kind, resource.kind.toEntity(resource.spec as never));
  return { type: 'entity', canonical: entity, ...(credential === undefined ? {} : { secret: credential.secret }) };
}

/** The plugin decodes JSON pointers twice, so a name with `~0` or `~1` would address another entity, unchecked. */
function nameProblems(name: string): readonly string[] {
  return /~[01]/.test(name)
    ? [`the name "${name}" contains ~0 or ~1, which OpenSearch cannot address: choose another`]
    : [];
}

/** The older claim first; text order of the key where both are as old. */
export function byAge(a: Pick<Claim, 'key' | 'resource'>, b: Pick<Claim, 'key' | 'resource'>): number {
  const [first, second] = [a.resource.creationTimestamp, b.resource.creationTimestamp];
  if (first !== second) return first < second ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}
