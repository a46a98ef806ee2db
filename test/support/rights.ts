import { parse, render, type Manifest } from '../deploy/chart.ts';
import { Helm } from '../tools/helm.ts';
import type { Rest } from './rest.ts';
import { waitFor } from './wait-for.ts';

/** How the operators of the tests are installed: to serve the whole cluster, or some namespaces and with no ClusterRole. */
export type RightsMode = 'cluster' | 'namespaces';

/** Who the operators are, and what they get. */
export interface Installation {
  /** Of the account, and what the names of all roles begin with. */
  readonly account: string;
  readonly mode: RightsMode;
  /** Where there are connections or users. */
  readonly namespaces: readonly string[];
  /** One when absent. */
  readonly shards?: number;
}

/** The namespace of all operators of the tests: their accounts, Leases, keys and backups are there. */
export const HOME = 'operators';

const COLLECTIONS: Readonly<Record<string, string>> = {
  ServiceAccount: '/api/v1 serviceaccounts',
  Role: '/apis/rbac.authorization.k8s.io/v1 roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1 rolebindings',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1 clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1 clusterrolebindings',
};

/** How this run of the tests installs its operators (`OPERATOR_RIGHTS`). */
export function rightsMode(): RightsMode {
  return process.env['OPERATOR_RIGHTS'] === 'cluster' ? 'cluster' : 'namespaces';
}

/** The account, its roles and their bindings, as the chart has them. */
export function renderRights(helm: Helm, { account, mode, namespaces, shards = 1 }: Installation): readonly Manifest[] {
  const where = mode === 'cluster' ? 'rbac.secrets.namespaces' : 'scopedNamespaces';
  const values = [
    `fullnameOverride=${account}`,
    `leaderElection.id=${account}`,
    `shards=${shards}`,
    `${where}={${namespaces.join(',')}}`,
    // What people may do is another matter.
    ...['crds.enabled', 'rbac.aggregateToView', 'rbac.aggregateToAdmin'].map((name) => `${name}=false`),
  ];
  const args = ['--namespace', HOME, ...values.flatMap((value) => ['--set', value])];
  return parse(render(helm, args)).filter(({ kind }) => kind in COLLECTIONS);
}

/** An account that has exactly the rights that the chart gives to an operator. */
export class Rights {
  readonly mode = rightsMode();
  readonly account: string;
  readonly #kube: Rest;
  readonly #helm: Helm;
  readonly #shards: number;
  readonly #namespaces: string[] = [];
  #granted: readonly Manifest[] = [];
  #token = '';

  private constructor(parts: { kube: Rest; helm: Helm; account: string; shards: number }) {
    ({ kube: this.#kube, helm: this.#helm, account: this.account, shards: this.#shards } = parts);
  }

  /** Of an operator for the namespace of the same name. */
  static async grant(kube: Rest, namespace: string, shards: number): Promise<Rights> {
    const rights = new Rights({ kube, helm: await Helm.four(console.error), account: namespace, shards });
    await make(kube, '/api/v1/namespaces', { metadata: { name: HOME } });
    await rights.extendTo(namespace);
    const path = `/api/v1/namespaces/${HOME}/serviceaccounts/${namespace}/token`;
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400 },
    };
    rights.#token = (await kube.ok<{ status: { token: string } }>('POST', path, request)).status.token;
    return rights;
  }

  /** As an upgrade of the release with one namespace more. */
  async extendTo(namespace: string): Promise<void> {
    this.#namespaces.push(namespace);
    const installation = { account: this.account, mode: this.mode, namespaces: this.#namespaces };
    this.#granted = renderRights(this.#helm, { ...installation, shards: this.#shards });
    await Promise.all(this.#granted.map((manifest) => make(this.#kube, collectionOf(manifest), manifest)));
    await Promise.all(this.#granted.map((manifest) => this.#untilInForce(manifest)));
  }

  get token(): string {
    return this.#token;
  }

  /** As the chart tells the operator where to work. */
  get flags(): readonly string[] {
    return this.mode === 'cluster' ? [] : ['--namespaces', this.#namespaces.join(',')];
  }

  async revoke(): Promise<void> {
    const paths = this.#granted.map((manifest) => `${collectionOf(manifest)}/${manifest.metadata.name}`);
    await Promise.all(paths.map((path) => this.#kube.call('DELETE', path)));
  }

  /** The API server learns of a binding some time after it is made: nothing may be refused only because of that. */
  async #untilInForce({ metadata, roleRef }: Manifest): Promise<void> {
    const role = (roleRef as { readonly name: string } | undefined)?.name;
    const [rule] = this.#granted.find(({ metadata: { name }, rules }) => name === role && rules)?.rules ?? [];
    if (rule === undefined) return;
    const [[group], [resource], [verb]] = [rule.apiGroups, rule.resources, rule.verbs];
    const resourceAttributes = { namespace: metadata.namespace ?? '', group, resource, verb };
    const spec = { user: `system:serviceaccount:${HOME}:${this.account}`, resourceAttributes };
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    await waitFor(`${metadata.name} in force`, async () => {
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const { status } = await this.#kube.ok<{ status: { allowed: boolean } }>('POST', path, review);
      return status.allowed || undefined;
    });
  }
}

function collectionOf({ kind, metadata: { namespace } }: Manifest): string {
  const [api = '', plural = ''] = (COLLECTIONS[kind] ?? '').split(' ');
  return namespace === undefined ? `${api}/${plural}` : `${api}/namespaces/${namespace}/${plural}`;
}

/** Leaves alone what is there. */
async function make(kube: Rest, collection: string, object: object): Promise<void> {
  const { status, body } = await kube.call('POST', collection, object);
  if (status >= 300 && status !== 409) throw new Error(`${collection}: ${status} ${JSON.stringify(body)}`);
}
