import jsonPatch from 'fast-json-patch';
import type { JsonValue } from '../../generated/json-value.ts';
import { isEquivalent, isForgotten } from './defaults.ts';
import { leavesOf, pathOf, pointerOf, valueAt, type ConfigTree, type Pointer } from './tree.ts';

export type ConfigDocument = 'securityconfig' | 'audit' | 'allowlist' | 'nodesdn';

export const DOCUMENT_OF_ROOT: Readonly<Record<string, ConfigDocument>> = {
  dynamic: 'securityconfig',
  audit: 'audit',
  allowlist: 'allowlist',
  nodesDn: 'nodesdn',
};

/**
 * One change of one unit of the configuration: a domain, a listener, or a section. It is sent with its whole value, since
 * the server patches a document without defaults, in which there is nothing to add a field to (docs/security-api.md).
 */
export interface ConfigChange {
  readonly document: ConfigDocument;
  readonly pointer: Pointer;
  /** Undefined: it goes. */
  readonly value: JsonValue | undefined;
}

/** Sections whose members have names of their own, and are changed one by one. */
const MEMBERS = /^\/(?:dynamic\/(?:authc|authz|auth_failure_listeners)|nodesDn)$/;

/** What has to be sent to make `wanted` of `live`. Pure. */
export function changesBetween(live: ConfigTree, wanted: ConfigTree): readonly ConfigChange[] {
  const touched = jsonPatch.compare(live, wanted).map(({ path }) => path);
  const units = [...new Set(touched.flatMap((pointer) => unitsOf(pointer, live, wanted)))].sort();
  return units
    .filter((unit) => differingPointers(unit, live, wanted).length > 0)
    .map((unit) => ({ document: documentOf(unit), pointer: unit, value: valueAt(wanted, pathOf(unit)) }));
}

/** Where two trees really differ below a pointer. */
export function differingPointers(at: Pointer, a: ConfigTree, b: ConfigTree): readonly Pointer[] {
  const [before, after] = [leavesOf(valueAt(a, pathOf(at)), at), leavesOf(valueAt(b, pathOf(at)), at)];
  const isMember = isMemberUnit(at);
  if (isMember && (before.size === 0) !== (after.size === 0)) return [at];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((pointer) => !isForgotten(pointer) && !isEquivalent(pointer, before.get(pointer), after.get(pointer)))
    .sort();
}

/** The units whose wanted values are not there. What a server adds to a unit is no fault. */
export function unitsNotStored(units: readonly Pointer[], wanted: ConfigTree, stored: ConfigTree): readonly Pointer[] {
  return units.filter((unit) => {
    const [want, have] = [valueAt(wanted, pathOf(unit)), valueAt(stored, pathOf(unit))];
    if (want === undefined) return differingPointers(unit, stored, wanted).length > 0;
    const leaves = [...leavesOf(want, unit)].filter(([pointer]) => !isForgotten(pointer));
    return have === undefined
      ? isMemberUnit(unit)
      : leaves.some(([pointer, value]) => !isEquivalent(pointer, value, valueAt(stored, pathOf(pointer))));
  });
}

/** The unit that a pointer lies in; undefined above all units. */
export function unitOf(pointer: Pointer): Pointer | undefined {
  const path = pathOf(pointer);
  if (MEMBERS.test(pointerOf(path.slice(0, 1))) && path.length >= 2) return pointerOf(path.slice(0, 2));
  if (path.length < 2 || MEMBERS.test(pointerOf(path.slice(0, 1)))) return undefined;
  if (!MEMBERS.test(pointerOf(path.slice(0, 2)))) return pointerOf(path.slice(0, 2));
  return path.length < 3 ? undefined : pointerOf(path.slice(0, 3));
}

/** Whether a unit is there or not, as a domain is, and not only set to this or that. */
export function isMemberUnit(unit: Pointer): boolean {
  return MEMBERS.test(pointerOf(pathOf(unit).slice(0, -1)));
}

function unitsOf(pointer: Pointer, ...trees: readonly ConfigTree[]): readonly Pointer[] {
  const unit = unitOf(pointer);
  if (unit !== undefined) return [unit];
  return trees.flatMap((tree) =>
    [...leavesOf(valueAt(tree, pathOf(pointer)), pointer).keys()].flatMap((leaf) => unitOf(leaf) ?? []),
  );
}

function documentOf(unit: Pointer): ConfigDocument {
  const document = DOCUMENT_OF_ROOT[pathOf(unit)[0] ?? ''];
  if (document === undefined) throw new Error(`no document has ${unit}`);
  return document;
}
