import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import { isObject, valueAt } from './tree.ts';

interface Gap {
  readonly authenticator: string;
  readonly setting: string;
  /** Which values of it need more; all unless given. */
  readonly values?: RegExp;
  /** What has it. */
  readonly since: string;
}

/**
 * Settings of authenticators that 2.x stores and ignores, so that the domain lets in nobody, or others than was meant.
 * Source: HTTPJwtKeyByJWKSAuthenticator and HTTPClientCertAuthenticator of the plugin 3.4.0, which 2.19.4 lacks or has
 * without them; jwks_uri was tried on both (docs/security-api.md).
 */
const GAPS: readonly Gap[] = [
  ...[
    'jwks_uri',
    'jwks_request_timeout_ms',
    'jwks_queued_thread_timeout_ms',
    'max_jwks_keys',
    'max_jwks_response_size_bytes',
  ].map((setting) => ({ authenticator: 'jwt', setting, since: '3.3' })),
  { authenticator: 'clientcert', setting: 'skip_users', since: '3.x' },
  ...['username_attribute', 'roles_attribute'].map((setting) => {
    return { authenticator: 'clientcert', setting, values: /^san:/i, since: '3.x' };
  }),
];

/** What an authentication domain asks for that a version does not have; nothing where the version is not known. Pure. */
export function versionGaps(name: string, domain: JsonObject, version: string | undefined): readonly string[] {
  if (!/^2\./.test(version ?? '')) return [];
  const authenticator = valueAt(domain, ['http_authenticator', 'type']);
  const config = valueAt(domain, ['http_authenticator', 'config']);
  return GAPS.filter((gap) => gap.authenticator === authenticator && isAskedFor(gap, config)).map(
    ({ setting, since }) =>
      `dynamic.authc.${name}.http_authenticator.config.${setting} needs OpenSearch ${since}, and this is ${version}, which would ignore it`,
  );
}

function isAskedFor({ setting, values }: Gap, config: JsonValue | undefined): boolean {
  if (!isObject(config) || !Object.hasOwn(config, setting)) return false;
  const value = config[setting];
  return values === undefined || [value].flat().some((item) => typeof item === 'string' && values.test(item));
}
