import type { Resource } from '../desired/resource.ts';
import type { World } from './world.ts';

/**
 * The Secret that was made for an object goes with it, unless what it is for stays: then it is given up while the object is
 * there, since the garbage collector may be quicker than we are once that is deleted.
 *
 * @throws KubernetesError
 */
export async function giveUpSecret(
  { references, secrets }: Pick<World, 'references' | 'secrets'>,
  resource: Resource,
): Promise<void> {
  const { kind, namespace, spec, uid } = resource;
  const source = kind.credential?.(spec as never);
  if (spec.deletionPolicy !== 'Orphan' || source?.type !== 'generated') return;
  const data = references.secret(namespace, source.secretName);
  if (data === undefined || data === 'unknown' || data.unreadable !== undefined) return;
  if (data.owners.includes(uid)) await secrets.disown(resource, source);
}
