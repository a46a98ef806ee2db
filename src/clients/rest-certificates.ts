import type { OpenSearchClient } from './opensearch.ts';
import { objectWith, type Reader, type RestRead } from './rest-answer.ts';
import { ask } from './rest-call.ts';
import { at } from './rest-name.ts';

export type CertificateType = 'http' | 'transport' | 'all';

export interface NodeCertificate {
  readonly subject_dn: string;
  readonly issuer_dn: string;
  readonly san: string;
  readonly not_after: string;
  /** 2.19.4 and 3.4.0 repeat `not_after` here; `ofAnsweringNode` tells the truth. */
  readonly not_before: string;
  /** From 3.x on, as the three below; the lists then have the authorities, too. */
  readonly format?: string;
  readonly alias?: string | null;
  readonly serial_number?: string;
  readonly has_private_key?: boolean;
}

export interface NodeCertificates {
  readonly name: string;
  readonly certificates: {
    /** When another type was asked for: absent on 3.x, empty on 2.x; as the next. */
    readonly http?: readonly NodeCertificate[];
    readonly transport?: readonly NodeCertificate[];
    /** From 3.x on. */
    readonly transport_client?: readonly NodeCertificate[];
  };
}

/** By node id; empty for a node that is not there. */
export interface CertificatesOfNodes {
  readonly _nodes: { readonly total: number; readonly successful: number; readonly failed: number };
  readonly cluster_name: string;
  readonly nodes: Readonly<Record<string, NodeCertificates>>;
}

export type AnsweringNodeCertificate = Pick<
  NodeCertificate,
  'subject_dn' | 'issuer_dn' | 'san' | 'not_after' | 'not_before'
>;

export interface AnsweringNodeCertificates {
  readonly http_certificates_list: readonly AnsweringNodeCertificate[];
  readonly transport_certificates_list: readonly AnsweringNodeCertificate[];
}

/** For the admin certificate. */
export interface Certificates {
  ofNodes(type?: CertificateType, signal?: AbortSignal): Promise<RestRead<CertificatesOfNodes>>;
  ofNode(nodeId: string, type?: CertificateType, signal?: AbortSignal): Promise<RestRead<CertificatesOfNodes>>;
  /** Of the node that happens to answer; deprecated by the server. */
  ofAnsweringNode(signal?: AbortSignal): Promise<RestRead<AnsweringNodeCertificates>>;
  /** Makes the node that happens to answer read its files again; `unsupported` unless its settings allow it. */
  reload(type: 'http' | 'transport', signal?: AbortSignal): Promise<RestRead<{ readonly message: string }>>;
}

/** @param api the path up to and with `/api` */
export function certificates(client: OpenSearchClient, api: string): Certificates {
  const all = `${api}/certificates`;
  const get = <T>(path: string, read: Reader<T>, signal?: AbortSignal): Promise<RestRead<T>> =>
    ask(client, { method: 'GET', path, signal }, read);
  const ofNodes = objectWith<CertificatesOfNodes>('nodes');
  return {
    ofNodes: (type = 'all', signal) => get(`${all}?cert_type=${type}`, ofNodes, signal),
    ofNode: (id, type = 'all', signal) => at(id, all, (path) => get(`${path}?cert_type=${type}`, ofNodes, signal)),
    ofAnsweringNode: (signal) =>
      get(`${api}/ssl/certs`, objectWith<AnsweringNodeCertificates>('http_certificates_list'), signal),
    reload: (type, signal) =>
      ask(client, { method: 'PUT', path: `${api}/ssl/${type}/reloadcerts`, signal }, objectWith('message')),
  };
}
