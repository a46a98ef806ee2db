import jsonPatch from 'fast-json-patch';
import type { JsonObject, JsonValue } from '../../generated/json-value.ts';

/**
 * The security configuration as one tree with a root for each document: `dynamic` (the part of `securityconfig` below
 * `config.dynamic`), `audit`, `allowlist`, and `nodesDn` (lists by name).
 */
export type ConfigTree = JsonObject;

/** JSON pointer into the tree, such as `/dynamic/authc/ldap/order`. */
export type Pointer = string;

/** What is declared or there, value by value: everything that is no object, and objects without members. */
export type Leaves = ReadonlyMap<Pointer, JsonValue>;

export function pointerOf(path: readonly string[]): Pointer {
  return path.map((part) => `/${jsonPatch.escapePathComponent(part)}`).join('');
}

export function pathOf(pointer: Pointer): readonly string[] {
  return pointer.split('/').slice(1).map(jsonPatch.unescapePathComponent);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The leaves of a value. O(size). */
export function leavesOf(value: JsonValue | undefined, at: Pointer = ''): Leaves {
  if (value === undefined) return new Map();
  if (!isObject(value) || Object.keys(value).length === 0) return new Map([[at, value]]);
  const below = Object.entries(value).map(([key, child]) => leavesOf(child, at + pointerOf([key])));
  return new Map(below.flatMap((leaves) => [...leaves]));
}

export function valueAt(tree: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = tree;
  for (const part of path) value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value;
}

/** The tree with another value at a path; undefined takes the value out. What is on the way and no object becomes one. */
export function withValue(tree: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const others = Object.entries(tree).filter(([name]) => name !== key);
  if (rest.length === 0) return toObject(value === undefined ? others : [...others, [key, value]]);
  const child = Object.hasOwn(tree, key) ? tree[key] : undefined;
  if (value === undefined && !isObject(child)) return tree;
  return toObject([...others, [key, withValue(isObject(child) ? child : {}, rest, value)]]);
}

/** Whether `pointer` is `above` or lies below it. */
export function isWithin(pointer: Pointer, above: Pointer): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}

function toObject(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  // Without a prototype, so that a member called __proto__ is a member.
  const object = Object.create(null) as Record<string, JsonValue>;
  for (const [key, value] of entries) object[key] = value;
  return object;
}
