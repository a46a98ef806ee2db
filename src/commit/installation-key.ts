import { requestUnless, type KubernetesClient } from '../clients/kubernetes.ts';
import type { RandomBytes } from '../desired/generate-password.ts';
import { SettingsError } from '../errors.ts';

const NAME = 'opensearch-security-operator-key';
const FIELD = 'key';
const KEY_BYTES = 32;

interface Secret {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * The random key of this installation, from a Secret in the operator's own namespace, which is made when it is not there.
 * The salts of password hashes come from it, so all replicas and all restarts must have the same one: whoever is
 * second takes the key of the first. One GET, and one POST in the life of an installation.
 *
 * @returns at least 32 bytes
 * @throws KubernetesError, SettingsError when the Secret holds something else
 */
export async function loadInstallationKey(
  kubernetes: KubernetesClient,
  namespace: string,
  random: RandomBytes,
): Promise<Uint8Array> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const get = { method: 'GET', path: `${path}/${NAME}` } as const;
  const found = await requestUnless(kubernetes, 404, get);
  if (found !== undefined) return toKey(found as Secret, namespace);
  const body = newSecret(namespace, random(KEY_BYTES));
  const made = await requestUnless(kubernetes, 409, { method: 'POST', path, body });
  return toKey((made ?? (await kubernetes.request(get))) as Secret, namespace);
}

function newSecret(namespace: string, key: Uint8Array): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: NAME,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'opensearch-security-operator' },
    },
    type: 'Opaque',
    // Another key would give every user a new hash.
    immutable: true,
    data: { [FIELD]: Buffer.from(key).toString('base64') },
  };
}

function toKey(secret: Secret, namespace: string): Uint8Array {
  const key = Buffer.from(secret.data?.[FIELD] ?? '', 'base64');
  if (key.length >= KEY_BYTES) return key;
  throw new SettingsError(
    `the Secret ${namespace}/${NAME} holds no key of ${KEY_BYTES} bytes or more under "${FIELD}": put the former one back, or delete the Secret for a new one`,
  );
}
