import type { JsonValue } from '../generated/json-value.ts';
import type { Entity, Kind } from '../kinds/kind.ts';

/** An entity in the one spelling that all equal entities share; it is both what is compared and what is sent. */
export type Canonical = string;

/**
 * The canonical spelling of an entity, as JSON.
 *
 * Defaults (`false`, `null`, empty strings, lists and objects) are left out, since the server's own PATCH runs on
 * documents without them and would take them for a change; lists are sorted and without repeats, since their order has
 * no meaning to the plugin. One empty field stays where the server insists on it.
 */
export function canonical(kind: Pick<Kind, 'requiredFields' | 'emptyValue' | 'normalize'>, entity: Entity): Canonical {
  const stripped = strip(kind.normalize?.(entity) ?? entity) as Record<string, JsonValue> | undefined;
  const kept = stripped ?? {};
  const isComplete = kind.requiredFields.some((field) => field in kept);
  return JSON.stringify(isComplete ? kept : { ...kept, [kind.requiredFields[0]]: kind.emptyValue });
}

function strip(value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined || value === null || value === false || value === '') return undefined;
  if (Array.isArray(value)) return stripList(value as readonly JsonValue[]);
  if (typeof value === 'object') return stripObject(value as { readonly [key: string]: JsonValue });
  return value;
}

function stripList(list: readonly JsonValue[]): JsonValue | undefined {
  const spelled = new Set<string>();
  for (const item of list) {
    const kept = strip(item);
    if (kept !== undefined) spelled.add(JSON.stringify(kept));
  }
  return spelled.size === 0 ? undefined : [...spelled].sort().map((text) => JSON.parse(text) as JsonValue);
}

function stripObject(object: { readonly [key: string]: JsonValue }): JsonValue | undefined {
  const kept: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  let isEmpty = true;
  for (const key of Object.keys(object).sort()) {
    const value = strip(object[key]);
    if (value === undefined) continue;
    kept[key] = value;
    isEmpty = false;
  }
  return isEmpty ? undefined : kept;
}
