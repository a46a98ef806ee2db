import { isFolder, isKnownAction, matchesKnownAction, relatedActions, relatedStems } from './action-catalogue.ts';
import { resemblesCore, territoryOf } from './action-territory.ts';
import { nearestName, type Near } from './nearest-name.ts';
import { literalHead } from '../kinds/wildcard.ts';

/** An entry of a list of permissions that grants nothing, as far as can be told. */
export interface UnknownPermission {
  readonly entry: string;
  /** What was probably meant. */
  readonly suggestion?: string;
  readonly kind: 'action' | 'group';
}

/** More edits than this make a name of OpenSearch of what may well be a plugin's. */
const SLIPS = 2;

/**
 * The entries that are neither an action, nor a pattern for one, nor an action group: each once, in text order.
 *
 * For warnings only. A false alarm teaches people not to read them, so whatever might be right is taken for right:
 * names of plugins, unless they are a slip away from one of OpenSearch's; regular expressions, which also might take
 * forever to try; and names with placeholders.
 *
 * @param isGroupKnown whether the cluster has an action group of that name, its static ones included
 * @param groupNames action groups that may be suggested; read only when an entry is doubtful
 * Cost: one look-up for each known entry; a search for each unknown one.
 */
export function unknownPermissions(
  entries: readonly string[],
  isGroupKnown: (name: string) => boolean,
  groupNames: Iterable<string> = [],
): readonly UnknownPermission[] {
  const doubtful = entries.filter((entry) => !isPlainlyFine(entry) && !isGroupKnown(entry));
  if (doubtful.length === 0) return [];
  const groups = [...groupNames];
  return [...new Set(doubtful)].sort().flatMap((entry) => judge(entry, groups) ?? []);
}

function isPlainlyFine(entry: string): boolean {
  if (isKnownAction(entry)) return true;
  return isPattern(entry) ? matchesKnownAction(entry) : isBeyondUs(entry);
}

/** Blank entries are refused elsewhere. */
function isBeyondUs(entry: string): boolean {
  return entry.trim() === '' || entry.includes('${') || /^\/.*\/$/s.test(entry);
}

function isPattern(entry: string): boolean {
  return /[*?]/.test(entry) && !isBeyondUs(entry);
}

function judge(entry: string, groups: readonly string[]): UnknownPermission | undefined {
  if (isPattern(entry)) return judgePattern(entry, groups);
  return entry.includes(':') ? judgeAction(entry) : unknown('group', entry, nearestName(entry, groups)?.name);
}

function judgeAction(entry: string): UnknownPermission | undefined {
  const folder = entry.replace(/\/$/, '');
  if (territoryOf(entry, 'whole') === 'core') {
    const suggestion = isFolder(folder) ? `${folder}/*` : nearestName(entry, relatedActions(entry))?.name;
    return unknown('action', entry, suggestion);
  }
  const near = resemblesCore(entry) ? nearestName(entry, relatedActions(entry)) : undefined;
  return near !== undefined && near.edits <= SLIPS ? unknown('action', entry, near.name) : undefined;
}

function judgePattern(entry: string, groups: readonly string[]): UnknownPermission | undefined {
  const head = literalHead(entry);
  if (isBeginningOfGroup(head, groups)) return unknown('group', entry, nearestName(head, groups)?.name);
  const isCore = territoryOf(head, 'beginning') === 'core';
  const near = isCore || resemblesCore(head) ? nearestPattern(entry) : undefined;
  if (isCore) return unknown('action', entry, near?.name);
  return near !== undefined && near.edits <= SLIPS ? unknown('action', entry, near.name) : undefined;
}

/** The plugin looks groups up by their whole name, so that `kibana_*` means none of them. */
function isBeginningOfGroup(head: string, groups: readonly string[]): boolean {
  const beginning = head.toLowerCase();
  return beginning !== '' && groups.some((group) => group.toLowerCase().startsWith(beginning));
}

/** Only for patterns with nothing but a `*` at the end, which nearly all are; others are seldom typed by hand. */
function nearestPattern(entry: string): Near | undefined {
  if (!/^[^*?]+\*$/.test(entry)) return undefined;
  const beginning = entry.slice(0, -1);
  const near = nearestName(beginning, [...relatedActions(beginning), ...relatedStems(beginning)]);
  return near && { name: `${near.name}*`, edits: near.edits };
}

function unknown(kind: 'action' | 'group', entry: string, suggestion: string | undefined): UnknownPermission {
  return suggestion === undefined ? { entry, kind } : { entry, suggestion, kind };
}
