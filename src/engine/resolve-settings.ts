import type { OpenSearchSettings } from '../commit/cluster.ts';
import { secretText } from '../desired/secret-text.ts';
import type { OpenSearchConnectionSpec, OpenSearchConnectionStatus } from '../generated/opensearch-connection.ts';
import type { KubernetesObject, NamespacedName } from '../desired/resource.ts';
import type { ReferencedData } from '../watch/referenced-objects.ts';

export type Connection = KubernetesObject<OpenSearchConnectionSpec, OpenSearchConnectionStatus>;

/** Reads what a connection refers to; `unknown` while it is being fetched. */
export interface References {
  secret(namespace: string, name: string): ReferencedData | 'unknown';
  configMap(namespace: string, name: string): ReferencedData | 'unknown';
  /** It stays in memory as long as somebody holds it. */
  hold(referenced: Referenced): void;
  release(referenced: Referenced): void;
}

/** The settings to open a cluster with, or what is missing for them. */
export type Resolved =
  | { readonly type: 'settings'; readonly settings: OpenSearchSettings }
  | { readonly type: 'missing'; readonly message: string }
  | { readonly type: 'unknown' };

/** One value of a Secret or ConfigMap. */
type Value = { readonly type: 'value'; readonly text: string } | Exclude<Resolved, { type: 'settings' }>;

const DEFAULT_TIMEOUT_SECONDS = 30;

/** A Secret or ConfigMap that somebody may refer to. */
export interface Referenced {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly key: NamespacedName;
}

/** What a connection is resolved with. */
export function referencesOf({ namespace, spec }: Connection): readonly Referenced[] {
  const { basic, clientCertificate } = spec.auth;
  const ca = spec.tls?.caRef;
  const secrets = [(basic ?? clientCertificate)?.secretRef.name, spec.rescue?.clientCertificate.secretRef.name];
  return [...secrets.map((name) => ({ kind: 'Secret' as const, name })), ...(ca === undefined ? [] : [ca])].flatMap(
    ({ kind, name }) => (name === undefined ? [] : [{ kind, key: `${namespace}/${name}` }]),
  );
}

export function refersTo(connection: Connection, { kind, key }: Referenced): boolean {
  return referencesOf(connection).some((own) => own.kind === kind && own.key === key);
}

/** Joins a connection with its Secrets. Pure. */
export function resolveSettings(connection: Connection, references: References): Resolved {
  const { spec } = connection;
  const auth = resolveAuth(connection, references);
  if (auth.type !== 'auth') return auth;
  const rescue = resolveRescue(connection, references);
  if (rescue !== undefined && rescue.type !== 'auth') return rescue;
  const ca = resolveCa(connection, references);
  if (ca !== undefined && ca.type !== 'value') return ca;
  return {
    type: 'settings',
    settings: {
      endpoints: spec.endpoints.map((endpoint) => endpoint.replace(/\/$/, '')),
      auth: auth.auth,
      ...toRescue(rescue),
      ...(ca === undefined ? {} : { caPem: ca.text }),
      ...toTls(spec),
      requestTimeoutMs: (spec.requestTimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
      opaqueId: `opensearch-security-operator/${connection.namespace}/${connection.name}`,
    },
  };
}

function toTls({ tls }: OpenSearchConnectionSpec): Pick<OpenSearchSettings, 'serverName' | 'insecureSkipVerify'> {
  const serverName = tls?.serverName === undefined ? {} : { serverName: tls.serverName };
  return { ...serverName, insecureSkipVerify: tls?.insecureSkipVerify ?? false };
}

type Auth =
  { readonly type: 'auth'; readonly auth: OpenSearchSettings['auth'] } | Exclude<Resolved, { type: 'settings' }>;

function resolveAuth({ namespace, spec }: Connection, references: References): Auth {
  const { basic, clientCertificate } = spec.auth;
  const name = (basic ?? clientCertificate)?.secretRef.name ?? '';
  const value = (key: string): Value => valueOf(references.secret(namespace, name), `Secret ${namespace}/${name}`, key);
  if (basic !== undefined) {
    return toAuth(value('username'), value('password'), (username, password) => ({
      type: 'basic',
      username,
      password,
    }));
  }
  return certificateFrom(value);
}

function resolveRescue({ namespace, spec }: Connection, references: References): Auth | undefined {
  const name = spec.rescue?.clientCertificate.secretRef.name;
  if (name === undefined) return undefined;
  return certificateFrom((key) => valueOf(references.secret(namespace, name), `Secret ${namespace}/${name}`, key));
}

function toRescue(rescue: Extract<Auth, { type: 'auth' }> | undefined): Pick<OpenSearchSettings, 'rescue'> {
  return rescue?.auth.type === 'certificate' ? { rescue: rescue.auth } : {};
}

function certificateFrom(value: (key: string) => Value): Auth {
  return toAuth(value('tls.crt'), value('tls.key'), (certPem, keyPem) => ({ type: 'certificate', certPem, keyPem }));
}

function toAuth(
  first: Value,
  second: Value,
  join: (first: string, second: string) => OpenSearchSettings['auth'],
): Auth {
  if (first.type !== 'value') return first;
  if (second.type !== 'value') return second;
  return { type: 'auth', auth: join(first.text, second.text) };
}

function resolveCa({ namespace, spec }: Connection, references: References): Value | undefined {
  const ref = spec.tls?.caRef;
  if (ref === undefined) return undefined;
  const data =
    ref.kind === 'Secret' ? references.secret(namespace, ref.name) : references.configMap(namespace, ref.name);
  return valueOf(data, `${ref.kind} ${namespace}/${ref.name}`, ref.key ?? 'ca.crt');
}

function valueOf(data: ReferencedData | 'unknown', source: string, key: string): Value {
  if (data === 'unknown') return { type: 'unknown' };
  if (data === undefined) return { type: 'missing', message: `${source} does not exist: create it` };
  if (data.unreadable !== undefined)
    return { type: 'missing', message: `${source} cannot be read: ${data.unreadable}` };
  const text = secretText(data.values.get(key));
  if (text === '') return { type: 'missing', message: `${source} has no key "${key}": add it` };
  return { type: 'value', text };
}
