import type { Resource } from '../desired/resource.ts';
import { unknownPermissions, type UnknownPermission } from '../desired/unknown-permissions.ts';
import type { Unresolved } from '../status/next-status.ts';
import type { SessionState } from './session-state.ts';

const MAX_TOLD = 20;

/** What a spec names and the cluster does not have, in words. It is told and blocks nothing. */
export function unresolvedReferences(
  { documents, disabled }: Pick<SessionState, 'documents' | 'disabled'>,
  { kind, spec }: Resource,
): Unresolved {
  const references = kind.references(spec as never);
  const { actions } = kind.uses(spec as never);
  if (references.length + actions.length === 0) return 'names nothing';
  const missing = references
    // What we may not read may be there.
    .filter(({ document }) => document !== 'actiongroups' && !disabled.has(`GET ${document}`))
    .filter(({ document, name }) => documents.get(document, name) === undefined)
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
