import type { Refusal } from './rest-answer.ts';

/**
 * Sends a request about one entity, to its path below `collection`.
 *
 * An empty name would address the whole collection and a broken character another entity, so those are refused here.
 */
export async function at<Answer>(
  name: string,
  collection: string,
  send: (path: string) => Promise<Answer>,
): Promise<Answer | Refusal> {
  if (name === '' || !name.isWellFormed()) {
    return { type: 'refused', words: `the name ${JSON.stringify(name)} cannot be addressed` };
  }
  return send(`${collection}/${encode(name)}`);
}

/** Dots alone would be taken for steps in the path, by whatever stands between us and the server. */
function encode(name: string): string {
  return /^\.+$/.test(name) ? name.replaceAll('.', '%2E') : encodeURIComponent(name);
}
