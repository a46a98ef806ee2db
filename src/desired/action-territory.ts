import { isFolder, isKnownAction, relatedActions, relatedStems } from './action-catalogue.ts';
import { nearestName } from './nearest-name.ts';

/**
 * Whose a name of an action is: of OpenSearch, whose actions are all known, or of some plugin, of which nothing is.
 */
export type Territory = 'core' | 'plugins';

/** Whether a name is there as a whole, or only its beginning before a wildcard. */
export type Extent = 'whole' | 'beginning';

const AREAS = [
  'cluster:admin/',
  'cluster:monitor/',
  'indices:admin/',
  'indices:data/read/',
  'indices:data/write/',
  'indices:monitor/',
] as const;
/** Plugins put actions here, OpenSearch none that could be granted. */
const INTERNAL = /^(?:cluster|indices):internal(?:\/|$)/;
/** Words that plugins put before their actions, in every area. `security` and `opendistro_security` grow with each version. */
const PLUGIN_WORDS = ['opendistro', 'opendistro_security', 'opensearch', 'plugin', 'plugins', 'security'];

/** Paths of one word below each area. */
const ownWords = new Map(AREAS.map((area) => [area, pathsIn(area)]));

/**
 * The rules, made so that a doubtful name is a plugin's:
 * - names begin with `indices:` or `cluster:` and one of six areas; what begins so and is in no area can be no action;
 * - in an area, a word below which OpenSearch has actions is OpenSearch's (`indices:admin/template/...`);
 * - `cluster:admin/` is open to all: plugins have flat names there, such as `cluster:admin/knn_stats_action`;
 * - in other areas a plugin puts a word of its own before its actions; a name of one word is OpenSearch's.
 */
export function territoryOf(name: string, extent: Extent): Territory {
  if (!/^(?:cluster|indices):/.test(name) || INTERNAL.test(name)) return 'plugins';
  if (extent === 'beginning' && AREAS.some((area) => area.startsWith(name))) return 'plugins';
  const area = AREAS.find((candidate) => name.startsWith(candidate));
  return area === undefined ? 'core' : territoryIn(area, name.slice(area.length), extent);
}

function territoryIn(area: string, rest: string, extent: Extent): Territory {
  const word = firstWord(rest);
  const isWordWhole = extent === 'whole' || word !== rest;
  if (PLUGIN_WORDS.some((known) => (isWordWhole ? known === word : known.startsWith(word)))) return 'plugins';
  if (isWordWhole && isOwnWord(`${area}${word}`)) return 'core';
  return area === 'cluster:admin/' || rest.includes('/') ? 'plugins' : 'core';
}

/**
 * Whether a name that would be a plugin's looks so much like one of OpenSearch's that it is worth a search for which:
 * its first word below the area is one of OpenSearch's or nearly so. Keeps the names of plugins cheap.
 */
export function resemblesCore(name: string): boolean {
  const area = AREAS.find((candidate) => name.startsWith(candidate));
  if (area === undefined) return !INTERNAL.test(name);
  const path = `${area}${firstWord(name.slice(area.length))}`;
  if (isOwnWord(path)) return true;
  return !PLUGIN_WORDS.includes(path.slice(area.length)) && nearestName(path, ownWords.get(area) ?? []) !== undefined;
}

function isOwnWord(path: string): boolean {
  return isKnownAction(path) || isFolder(path);
}

function pathsIn(area: string): readonly string[] {
  const paths = [...relatedActions(area), ...relatedStems(area)];
  return paths.filter((path) => path.startsWith(area) && !path.includes('/', area.length));
}

function firstWord(rest: string): string {
  return rest.split(/[/[]/, 1)[0] ?? '';
}
