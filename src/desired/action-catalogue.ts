import { knownActions } from './known-actions.ts';
import { formerActions, moduleActions } from './other-actions.ts';
import { literalHead, matchesWildcard } from '../kinds/wildcard.ts';

/** What may be suggested: actions as they are granted, without the parts that nodes say among themselves. */
const suggestible = [...knownActions, ...moduleActions].filter((name) => !name.includes('['));
const accepted = [...knownActions, ...moduleActions, ...formerActions].sort();
const acceptedNames = new Set(accepted);
const actionsByRoot = Map.groupBy(suggestible, rootOf);
/** `indices`, `indices:`, `indices:data`, `indices:data/` and so on, of all actions. */
const stems = new Set(suggestible.flatMap(stemsOf));
const stemsByRoot = Map.groupBy(stems, rootOf);

/** Whether an action of that name is known. Nodes put `[s]`, `[p]`, `[r]`, `[n]` and others behind names. */
export function isKnownAction(name: string): boolean {
  if (acceptedNames.has(name)) return true;
  const bracket = name.indexOf('[');
  return bracket > 0 && acceptedNames.has(name.slice(0, bracket));
}

/**
 * Whether a pattern matches an action that is known.
 * Cost: one search among the sorted names, then those that begin like the pattern; nearly always the first one matches.
 */
export function matchesKnownAction(pattern: string): boolean {
  const head = literalHead(pattern);
  if (head.includes('[')) return isKnownAction(head);
  for (let index = firstFrom(head); accepted[index]?.startsWith(head) === true; index++) {
    if (matchesWildcard(pattern, accepted[index] ?? '')) return true;
  }
  return false;
}

/** Whether there are known actions below a name. */
export function isFolder(name: string): boolean {
  return stems.has(`${name}/`);
}

/** The actions that begin with the same word as a name; all of them when none does. */
export function relatedActions(name: string): readonly string[] {
  return actionsByRoot.get(rootOf(name)) ?? suggestible;
}

/** What those actions begin with, up to before or behind each `:` and `/`. */
export function relatedStems(name: string): readonly string[] {
  return stemsByRoot.get(rootOf(name)) ?? [...stems];
}

function rootOf(name: string): string {
  return name.split(':', 1)[0] ?? '';
}

function stemsOf(name: string): string[] {
  return [...name.matchAll(/[:/]/g)].flatMap(({ index }) => [name.slice(0, index), name.slice(0, index + 1)]);
}

/** Place of the first accepted name that is not before the text. */
function firstFrom(text: string): number {
  let [low, high] = [0, accepted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((accepted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
