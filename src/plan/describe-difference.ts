import jsonPatch from 'fast-json-patch';
import type { Canonical } from '../desired/canonical.ts';

const MAX_VALUE_LENGTH = 120;

/**
 * What would change, a line each, for people: `add /description "x"`.
 * Entities hold no secret (a user's hash is not part of one), so values may be shown.
 */
export function describeDifference(live: Canonical | undefined, desired: Canonical): readonly string[] {
  if (live === undefined) return [`create ${clip(desired)}`];
  return jsonPatch
    .compare(JSON.parse(live) as object, JSON.parse(desired) as object)
    .map((change) =>
      'value' in change
        ? `${change.op} ${change.path} ${clip(JSON.stringify(change.value))}`
        : `${change.op} ${change.path}`,
    );
}

/** The fields that differ, for one line of a message. */
export function differingFields(live: Canonical, desired: Canonical): string {
  const paths = jsonPatch
    .compare(JSON.parse(live) as object, JSON.parse(desired) as object)
    .map(({ path }) => path.split('/')[1]);
  return [...new Set(paths)].join(', ');
}

/** Half a character at the cut would come back from the API server as another text, and be written again and again. */
function clip(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH).toWellFormed()}…` : text;
}
