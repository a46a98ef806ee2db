/** How somebody enters an API server. */
export interface Entry {
  readonly server: string;
  /** The authority: a file, or its text, for who cannot read our files. */
  readonly ca: { readonly path: string } | { readonly pem: string };
  readonly token: string;
  /** The one that is meant where none is named. */
  readonly namespace?: string;
}

/** A kubeconfig with one way in. JSON, which is YAML too. */
export function toKubeconfig({ server, ca, token, namespace }: Entry): string {
  const authority =
    'path' in ca
      ? { 'certificate-authority': ca.path }
      : { 'certificate-authority-data': Buffer.from(ca.pem).toString('base64') };
  const context = { cluster: 'cluster', user: 'user', ...(namespace === undefined ? {} : { namespace }) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server, ...authority } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'context', context }],
    'current-context': 'context',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
