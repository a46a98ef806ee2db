import { API_BASE, FINALIZER, type KubernetesObject } from '../desired/resource.ts';
import {
  METADATA_OBJECT,
  requestUnless,
  type KubernetesClient,
  type KubernetesRequest,
} from '../clients/kubernetes.ts';
import { KubernetesError } from '../errors.ts';

const FIELD_MANAGER = 'opensearch-security-operator';

type Target = Pick<KubernetesObject, 'namespace' | 'name' | 'uid' | 'resourceVersion' | 'finalizers'> & {
  readonly plural: string;
};

/** How often a stale finalizer write is tried again on the object as it is by then. */
const MAX_STALE = 5;

/** Writes what the operator owns of an object: its finalizer and its status, and nothing else. */
export class ObjectWriter {
  readonly #kubernetes: KubernetesClient;

  constructor(kubernetes: KubernetesClient) {
    this.#kubernetes = kubernetes;
  }

  /**
   * In place of the whole status. The API server pays no heed to the uid in a merge patch of a status, so it is tested for.
   *
   * @returns the new resource version; undefined when the object is gone or is another one of the same name by now
   */
  async writeStatus(target: Target, status: object): Promise<string | undefined> {
    const isSame = { op: 'test', path: '/metadata/uid', value: target.uid };
    try {
      return await this.#patch(target, '/status', [isSame, { op: 'add', path: '/status', value: status }]);
    } catch (error) {
      // A test that fails and a status that is invalid have the same answer.
      if (isInvalid(error) && (await this.#read(target)) === undefined) return undefined;
      throw error;
    }
  }

  /** @returns whether the object has the finalizer now; false when it is gone or being deleted */
  async addFinalizer(target: Target): Promise<boolean> {
    return this.#patchFinalizers(target, (finalizers) => [...new Set([...finalizers, FINALIZER])]);
  }

  /** @returns false when the object was gone before */
  async removeFinalizer(target: Target): Promise<boolean> {
    return this.#patchFinalizers(target, (finalizers) => finalizers.filter((finalizer) => finalizer !== FINALIZER));
  }

  /** Guarded by the resource version, since a merge patch replaces the whole list; read again when that is stale. */
  async #patchFinalizers(
    target: Target,
    change: (finalizers: readonly string[]) => readonly string[],
  ): Promise<boolean> {
    let current: Current | undefined = { ...target, isDeleting: false };
    for (let attempt = 0; current !== undefined && attempt < MAX_STALE; attempt += 1) {
      const finalizers = change(current.finalizers);
      if (finalizers.length === current.finalizers.length) return true;
      const { resourceVersion } = current;
      try {
        return (
          (await this.#patch(target, '', { metadata: { uid: target.uid, resourceVersion, finalizers } })) !== undefined
        );
      } catch (error) {
        if (!isInvalid(error) && !isStale(error)) throw error;
        current = await this.#read(target);
        if (current !== undefined && isFinal(error, current, attempt)) throw error;
        if (isInvalid(error)) return false;
      }
    }
    return false;
  }

  async #read(target: Target): Promise<Current | undefined> {
    const body = await this.#ifThere({ method: 'GET', path: pathOf(target), accept: METADATA_OBJECT });
    if (body === undefined || body.metadata.uid !== target.uid) return undefined;
    const { resourceVersion, finalizers = [], deletionTimestamp } = body.metadata;
    return { resourceVersion, finalizers, isDeleting: deletionTimestamp !== undefined };
  }

  async #patch(target: Target, subresource: string, body: unknown): Promise<string | undefined> {
    const path = `${pathOf(target)}${subresource}`;
    const query = { fieldManager: FIELD_MANAGER };
    const answer = await this.#ifThere({ method: 'PATCH', path, query, body, accept: METADATA_OBJECT });
    return answer?.metadata.resourceVersion;
  }

  async #ifThere(request: KubernetesRequest): Promise<PartialObject | undefined> {
    return (await requestUnless(this.#kubernetes, 404, request)) as PartialObject | undefined;
  }
}

interface PartialObject {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
}

/** An object as it is now, as far as finalizers are concerned. */
type Current = Pick<Target, 'resourceVersion' | 'finalizers'> & { readonly isDeleting: boolean };

function pathOf({ namespace, plural, name }: Target): string {
  return `${API_BASE}/namespaces/${namespace}/${plural}/${name}`;
}

function isStale(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 409;
}

function isInvalid(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 422;
}

/** No finalizer can be added to an object that is being deleted; any other refusal is somebody's policy. */
function isFinal(error: unknown, { isDeleting }: Current, attempt: number): boolean {
  return isInvalid(error) ? !isDeleting : attempt === MAX_STALE - 1;
}
