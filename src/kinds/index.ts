import { actionGroup } from './action-group.ts';
import type { Kind } from './kind.ts';
import { role } from './role.ts';
import { roleMapping } from './role-mapping.ts';
import { securityConfig } from './security-config.ts';
import { tenant } from './tenant.ts';
import { user } from './user.ts';

/**
 * Every kind that the engine serves, in the order of writes; removals go the other way.
 * The cast erases the spec's type: a kind only ever meets specs of its own custom resource, which the API server has
 * checked against the CRD from which the type was made.
 */
export const kinds: readonly Kind[] = [
  actionGroup,
  tenant,
  role,
  user,
  roleMapping,
  securityConfig,
] as readonly unknown[] as readonly Kind[];
