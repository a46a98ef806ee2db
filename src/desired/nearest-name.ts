import { editDistance } from './edit-distance.ts';

/** A name that somebody may have meant, and in how many edits it differs from what was written. */
export interface Near {
  readonly name: string;
  readonly edits: number;
}

/** Nobody slips more often in one word; more edits make other words of it. */
const MOST_EDITS = 4;
const BOUNDARY = /[/:_[\]]/;

/**
 * The candidate that a name was most likely meant to be; the first in text order of those equally near; undefined when
 * none is near. Upper and lower case count as the same.
 *
 * Only the words in which both differ are compared, and at most a third of them may be edited: names share so much that
 * of the whole name a third would make `indices:data/read/tv` of `indices:data/read/foo`.
 */
export function nearestName(name: string, candidates: Iterable<string>): Near | undefined {
  const written = name.toLowerCase();
  let best: Near | undefined;
  for (const candidate of candidates) {
    const edits = editsBetween(written, candidate.toLowerCase(), best?.edits ?? MOST_EDITS);
    if (edits === undefined) continue;
    if (best === undefined || edits < best.edits || candidate < best.name) best = { name: candidate, edits };
  }
  return best;
}

function editsBetween(name: string, candidate: string, most: number): number | undefined {
  if (Math.abs(name.length - candidate.length) > most) return undefined;
  const [written, meant] = differingWords(name, candidate);
  const third = Math.floor(Math.max(written.length, meant.length) / 3);
  return editDistance(written, meant, Math.min(third, most));
}

/** Both names without the whole words that they begin and end with alike. */
function differingWords(a: string, b: string): readonly [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  if (start === a.length && start === b.length) return ['', ''];
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  while (start > 0 && !BOUNDARY.test(a.charAt(start - 1))) start--;
  while (end > 0 && !BOUNDARY.test(a.charAt(a.length - end))) end--;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
