import { requestUnless, type KubernetesClient } from '../clients/kubernetes.ts';
import { generatePassword, type RandomBytes } from '../desired/generate-password.ts';
import { API_VERSION, resourceName, type Resource } from '../desired/resource.ts';
import type { CredentialSource } from '../kinds/kind.ts';

interface Secret {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
}

/** Writes the Secrets that hold passwords made for objects, and no others. */
export class SecretWriter {
  readonly #kubernetes: KubernetesClient;
  readonly #random: RandomBytes;

  constructor(kubernetes: KubernetesClient, random: RandomBytes) {
    this.#kubernetes = kubernetes;
    this.#random = random;
  }

  /** Makes a password and the Secret for it. One that is there already is left as it is. @throws KubernetesError */
  async create(resource: Resource, { secretName, key, length }: CredentialSource): Promise<void> {
    const values = { username: resourceName(resource), [key]: generatePassword(length, this.#random) };
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: secretName,
        namespace: resource.namespace,
        labels: { 'app.kubernetes.io/managed-by': 'opensearch-security-operator' },
        ...(resource.spec.deletionPolicy === 'Orphan' ? {} : { ownerReferences: [ownerReference(resource)] }),
      },
      type: key === 'password' ? 'kubernetes.io/basic-auth' : 'Opaque',
      stringData: values,
    };
    await requestUnless(this.#kubernetes, 409, { method: 'POST', path: pathOf(resource), body });
  }

  /** The Secret stays when its object goes: the garbage collector must not take it for the object's. @throws KubernetesError */
  async disown(resource: Resource, { secretName }: CredentialSource): Promise<void> {
    const path = `${pathOf(resource)}/${secretName}`;
    const secret = (await requestUnless(this.#kubernetes, 404, { method: 'GET', path })) as Secret | undefined;
    const owners = secret?.metadata.ownerReferences ?? [];
    const others = owners.filter(({ uid }) => uid !== resource.uid);
    if (secret === undefined || others.length === owners.length) return;
    const { resourceVersion } = secret.metadata;
    const body = { metadata: { resourceVersion, ownerReferences: others } };
    await requestUnless(this.#kubernetes, 404, { method: 'PATCH', path, body });
  }
}

function pathOf({ namespace }: Resource): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

function ownerReference({ kind, name, uid }: Resource): object {
  return { apiVersion: API_VERSION, kind: kind.kind, name, uid };
}
