/** When a certificate ends. `client` and `rescue` are those of the connection itself, which no node has. */
export interface CertificateEnd {
  readonly node: string;
  readonly kind: 'http' | 'transport' | 'client' | 'rescue';
  readonly subject: string;
  readonly issuer: string;
  readonly endsMs: number;
}
