import type { Resource } from '../desired/resource.ts';
import { unknownPermissions, type UnknownPermission } from '../desired/unknown-permissions.ts';
import type { LiveDocuments } from './live-documents.ts';

const MAX_TOLD = 20;

/**
 * What a spec names and the cluster does not have, in words; undefined where nothing is named. It is told and blocks
 * nothing.
 */
export function unresolvedReferences(
  documents: LiveDocuments,
  { kind, spec }: Resource,
): readonly string[] | undefined {
  const references = kind.references(spec as never);
  const { actions } = kind.uses(spec as never);
  if (references.length + actions.length === 0) return undefined;
  const missing = references
    .filter(({ document, name }) => document !== 'actiongroups' && documents.get(document, name) === undefined)
    .map(({ name }) => `role "${name}" does not exist`);
  const isRead = documents.isHeld('actiongroups');
  const isGroupKnown = (name: string): boolean => !isRead || documents.get('actiongroups', name) !== undefined;
  const unknown = unknownPermissions(actions, isGroupKnown, documents.names('actiongroups')).map(toWords);
  return [...missing, ...unknown].slice(0, MAX_TOLD);
}

function toWords({ kind, entry, suggestion }: UnknownPermission): string {
  const what = kind === 'group' ? `action group "${entry}" does not exist` : `no action matches "${entry}"`;
  return suggestion === undefined ? what : `${what}; did you mean "${suggestion}"?`;
}
