import type { Resource } from '../desired/resource.ts';
import type { SessionState } from './session-state.ts';

/**
 * What a spec names and the cluster does not have, in words; undefined where nothing is named. It is told and blocks
 * nothing.
 */
export function unresolvedReferences(
  { documents }: SessionState,
  { kind, spec }: Resource,
): readonly string[] | undefined {
  const references = kind.references(spec as never);
  const missing = references
    .filter(({ document, name }) => document !== 'actiongroups' && documents.get(document, name) === undefined)
    .map(({ name }) => `role "${name}" does not exist`);
  const { actions } = kind.uses(spec as never);
  return references.length + actions.length === 0 ? undefined : missing;
}
