import { X509Certificate } from 'node:crypto';
import { accessRefusal } from '../clients/access-refusal.ts';
import { OpenSearchClient, type OpenSearchSettings } from '../clients/opensearch.ts';
import type { NodeCertificate } from '../clients/rest-certificates.ts';
import { securityRest } from '../clients/security-rest.ts';
import type { ApiPrefix } from '../clients/security-api.ts';
import type { CertificateEnd } from '../desired/certificate-end.ts';
import { messageOf, OperatorError } from '../errors.ts';
import { readHealth, type Identity } from './identify.ts';

/** What came of telling one endpoint to read its certificates again; `words` where it did not. */
export interface ReloadAnswer {
  readonly endpoint: string;
  readonly refusal?: { readonly type: 'unsupported' | 'refused'; readonly words: string };
}

/** What is looked after in a cluster besides its documents. */
export interface ClusterCare {
  /** One GET. @throws NotInitializedError when the plugin says that it is down */
  health(signal: AbortSignal): Promise<Identity['pluginHealth']>;
  /** Of all nodes; undefined where we may not ask. One GET. */
  nodeCertificates(signal: AbortSignal): Promise<readonly CertificateEnd[] | undefined>;
  /** Of ourselves: none for a login without a rescue certificate. */
  readonly ownCertificates: readonly CertificateEnd[];
  /** Tells each endpoint, one after the other, since only the node that answers does it. Two PUTs each. */
  reloadCertificates(): Promise<readonly ReloadAnswer[]>;
}

export function clusterCare(client: OpenSearchClient, prefix: ApiPrefix, settings: OpenSearchSettings): ClusterCare {
  const { certificates } = securityRest(client, prefix);
  return {
    health: (signal) => readHealth(client, prefix, signal),
    nodeCertificates: async (signal) => {
      const answer = await certificates.ofNodes('all', signal);
      return answer.type === 'ok' ? Object.values(answer.value.nodes).flatMap(endsOfNode) : undefined;
    },
    ownCertificates: ownCertificates(settings),
    reloadCertificates: () => reloadAll(settings, prefix),
  };
}

interface Node {
  readonly name: string;
  readonly certificates: {
    readonly http?: readonly NodeCertificate[];
    readonly transport?: readonly NodeCertificate[];
  };
}

function endsOfNode({ name, certificates }: Node): readonly CertificateEnd[] {
  return (['http', 'transport'] as const).flatMap((kind) => firstToEnd(name, kind, certificates[kind] ?? []) ?? []);
}

/** Authorities are listed, too, from 3.x on; ours has a private key there, and stands alone before. */
function firstToEnd(
  node: string,
  kind: CertificateEnd['kind'],
  certificates: readonly NodeCertificate[],
): CertificateEnd | undefined {
  const ours = certificates.filter((certificate) => certificate.has_private_key !== false);
  return ours
    .map((certificate) => ({
      node,
      kind,
      subject: certificate.subject_dn,
      issuer: certificate.issuer_dn,
      endsMs: Date.parse(certificate.not_after),
    }))
    .filter(({ endsMs }) => !Number.isNaN(endsMs))
    .toSorted((a, b) => a.endsMs - b.endsMs)[0];
}

function ownCertificates({ auth, rescue }: OpenSearchSettings): readonly CertificateEnd[] {
  return [
    ...(auth.type === 'certificate' ? endOf(auth.certPem, 'client') : []),
    ...(rescue === undefined ? [] : endOf(rescue.certPem, 'rescue')),
  ];
}

/** Nothing for what is no certificate: that shows when it is used. */
function endOf(certPem: string, kind: CertificateEnd['kind']): readonly CertificateEnd[] {
  try {
    const { subject, issuer, validTo } = new X509Certificate(certPem);
    const [whose, by] = [subject.replaceAll('\n', ','), issuer.replaceAll('\n', ',')];
    return [{ node: '', kind, subject: whose, issuer: by, endsMs: Date.parse(validTo) }];
  } catch {
    return [];
  }
}

async function reloadAll(settings: OpenSearchSettings, prefix: ApiPrefix): Promise<readonly ReloadAnswer[]> {
  const answers: ReloadAnswer[] = [];
  for (const endpoint of settings.endpoints) {
    const client = new OpenSearchClient({ ...settings, endpoints: [endpoint] });
    answers.push(await reload(client, prefix, endpoint).finally(() => client.close()));
  }
  return answers;
}

/** The server's words, or what to do about them where they tell nobody. */
function advise(words: string, layer: string): string {
  return accessRefusal(words, { path: `/api/ssl/${layer}/reloadcerts`, isAdmin: false })?.advice ?? words;
}

/** An endpoint that cannot be reached does not keep the others from being told. */
async function reload(client: OpenSearchClient, prefix: ApiPrefix, endpoint: string): Promise<ReloadAnswer> {
  try {
    for (const layer of ['http', 'transport'] as const) {
      const answer = await securityRest(client, prefix).certificates.reload(layer);
      if (answer.type === 'unsupported') return { endpoint, refusal: { type: 'unsupported', words: answer.words } };
      if (answer.type !== 'ok') return { endpoint, refusal: { type: 'refused', words: advise(answer.words, layer) } };
    }
    return { endpoint };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { endpoint, refusal: { type: 'refused', words: messageOf(error) } };
  }
}
