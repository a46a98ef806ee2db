/** When a certificate ends. `client` is the one of the connection itself, which no node has. */
export interface CertificateEnd {
  readonly node: string;
  readonly kind: 'http' | 'transport' | 'client';
  readonly subject: string;
  readonly issuer: string;
  readonly endsMs: number;
}
