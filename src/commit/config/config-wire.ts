import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import { DOCUMENT_OF_ROOT, type ConfigChange, type ConfigDocument } from '../../plan/config/config-change.ts';
import { isDefault } from '../../plan/config/defaults.ts';
import { isObject, leavesOf, pathOf, pointerOf, valueAt, withValue, type ConfigTree } from '../../plan/config/tree.ts';

/** One operation of a JSON Patch, as the Security API takes it. */
export type WireOperation =
  | { readonly op: 'add'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string };

export function rootOf(document: ConfigDocument): string {
  const found = Object.entries(DOCUMENT_OF_ROOT).find(([, name]) => name === document);
  return found?.[0] ?? document;
}

/** A document as the server sends it, as the root of the tree that stands for it. */
export function toRoot(document: ConfigDocument, body: JsonObject): JsonValue {
  if (document === 'nodesdn')
    return Object.fromEntries(Object.entries(body).map(([name, entry]) => [name, valueAt(entry, ['nodes_dn']) ?? []]));
  return valueAt(body, document === 'securityconfig' ? ['config', 'dynamic'] : ['config']) ?? {};
}

/** The body of the PUT that would restore a root; for people who restore a backup by hand. */
export function toPutBody(document: ConfigDocument, root: JsonValue): JsonValue {
  return document === 'securityconfig' ? { dynamic: root } : root;
}

/**
 * The changes of one document as `add` and `remove`; `replace` is refused for what has its default. What would be added to
 * a section that is empty, and so not there for the patch, is sent as the whole section.
 */
export function patchFor(
  document: ConfigDocument,
  changes: readonly ConfigChange[],
  base: ConfigTree,
): readonly WireOperation[] {
  const adds = changes.filter(({ value }) => value !== undefined);
  const removes = changes.filter(({ value }) => value === undefined);
  const wanted = adds.reduce((tree, { pointer, value }) => withValue(tree, pathOf(pointer), value), base);
  const paths = [...new Set(adds.map(({ pointer }) => deepestThere(pathOf(pointer), base)))];
  return [
    ...paths.map((pointer): WireOperation => {
      return {
        op: 'add',
        path: wirePath(document, pointer),
        value: wireValue(document, valueAt(wanted, pathOf(pointer)) ?? null),
      };
    }),
    ...removes.map(({ pointer }): WireOperation => ({ op: 'remove', path: wirePath(document, pointer) })),
  ];
}

/** The path, or the part of it that has to be added whole because nothing is there. */
function deepestThere(path: readonly string[], base: ConfigTree): string {
  for (let length = 1; length < path.length; length += 1) {
    const pointer = pointerOf(path.slice(0, length));
    const isRootOfEntries = pointer === '/nodesDn' || pointer === '/audit' || pointer === '/allowlist';
    if (!isRootOfEntries && isEmptyForPatch(pointer, valueAt(base, path.slice(0, length)))) return pointer;
  }
  return pointerOf(path);
}

function isEmptyForPatch(pointer: string, value: JsonValue | undefined): boolean {
  return !isObject(value) || [...leavesOf(value, pointer)].every(([at, leaf]) => isDefault(at, leaf));
}

function wirePath(document: ConfigDocument, pointer: string): string {
  if (document === 'securityconfig') return `/config${pointer}`;
  const below = pointerOf(pathOf(pointer).slice(1));
  return document === 'nodesdn' ? below : `/config${below}`;
}

function wireValue(document: ConfigDocument, value: JsonValue): JsonValue {
  return document === 'nodesdn' ? { nodes_dn: value } : value;
}
