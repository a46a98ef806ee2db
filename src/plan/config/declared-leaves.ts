import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import type { OpenSearchSecurityConfigSpec } from '../../generated/opensearch-security-config.ts';
import { leavesOf, pathOf, withValue, type Leaves, type Pointer } from './tree.ts';

/**
 * What a spec declares, value by value.
 *
 * @param secrets the values of `valuesFrom` by pointer below `dynamic`
 */
export function declaredLeaves(spec: OpenSearchSecurityConfigSpec, secrets: ReadonlyMap<Pointer, string>): Leaves {
  const { audit, allowlist, nodesDn } = spec;
  const tree = dropUndefined({ dynamic: withTenancy(spec), audit, allowlist, nodesDn });
  const whole = [...secrets].reduce(
    (rest, [pointer, value]) => withValue(rest, ['dynamic', ...pathOf(pointer)], value),
    tree,
  );
  return new Map([...leavesOf(whole)].filter(([pointer]) => pathOf(pointer).length > 1));
}

/** `tenancy` is another spelling of a part of the same document. */
function withTenancy({ dynamic, tenancy }: OpenSearchSecurityConfigSpec): JsonValue | undefined {
  if (tenancy === undefined) return dynamic as JsonValue | undefined;
  const kibana = dropUndefined({
    multitenancy_enabled: tenancy.multitenancyEnabled,
    private_tenant_enabled: tenancy.privateTenantEnabled,
    default_tenant: tenancy.defaultTenant,
    sign_in_options: tenancy.signInOptions,
  });
  return {
    ...(dynamic as JsonObject | undefined),
    kibana: { ...(dynamic?.kibana as JsonObject | undefined), ...kibana },
  };
}

function dropUndefined(object: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as JsonObject;
}
