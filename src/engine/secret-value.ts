import { secretText } from '../desired/secret-text.ts';
import type { ReferencedData } from '../watch/referenced-objects.ts';

/** One value of a Secret, or what is missing, in words that say what to do. */
export type SecretValue =
  | { readonly type: 'value'; readonly text: string; readonly version: string }
  | { readonly type: 'missing'; readonly message: string }
  | { readonly type: 'unknown' };

/** @param at the Secret, as `namespace/name` */
export function secretValue(data: ReferencedData | 'unknown', at: string, key: string): SecretValue {
  if (data === 'unknown') return { type: 'unknown' };
  const missing = (what: string): SecretValue => ({ type: 'missing', message: `Secret ${at} ${what}` });
  if (data === undefined) return missing('does not exist: create it');
  if (data.unreadable !== undefined) return missing(`cannot be read: ${data.unreadable}`);
  const text = secretText(data.values.get(key));
  if (text === '') return missing(`has no key "${key}", or it is empty: add it`);
  return { type: 'value', text, version: data.version };
}
