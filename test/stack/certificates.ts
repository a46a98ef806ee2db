import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTool } from './find-tool.ts';
import { runForOutput } from './run-command.ts';

/** Files of a certificate authority. */
export type Authority = { readonly certPath: string; readonly keyPath: string };

/** A certificate and its key (PKCS#8), both PEM. */
export type Certificate = { readonly certPem: string; readonly keyPem: string };

/** What a certificate is for. `altNames` as openssl writes them: `DNS:localhost`, `IP:127.0.0.1`. */
export type CertificateRequest = {
  readonly commonName: string;
  readonly organization?: string;
  readonly altNames?: readonly string[];
  readonly days?: number;
};

/** Names under which all servers of a stack are reached. */
export const localNames = ['DNS:localhost', 'IP:127.0.0.1', 'IP:0:0:0:0:0:0:0:1'] as const;

/** Makes a certificate authority whose key only we can read. Valid for ten years. */
export async function makeAuthority(authority: Authority, commonName: string): Promise<void> {
  await withScratch(async (scratch) => {
    const keyPem = await newKey();
    writeFileSync(authority.keyPath, keyPem, { mode: 0o600 });
    const config = ['[req]', 'distinguished_name=dn', 'prompt=no', 'x509_extensions=ca', '[dn]', `CN=${commonName}`];
    config.push('[ca]', 'basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign');
    config.push('subjectKeyIdentifier=hash');
    const file = write(scratch, 'ca.cnf', config);
    const args = ['req', '-x509', '-new', '-sha256', '-key', authority.keyPath, '-config', file, '-days', '3650'];
    writeFileSync(authority.certPath, await openssl(args), { mode: 0o644 });
  });
}

/**
 * Issues a certificate for servers and clients alike, with a new key.
 *
 * @param request `days` is 825 by default; a negative number makes one that has expired
 */
export async function issueCertificate(ca: Authority, request: CertificateRequest): Promise<Certificate> {
  return await withScratch(async (scratch) => {
    const keyPem = await newKey();
    const key = write(scratch, 'key.pem', [keyPem]);
    const csr = write(scratch, 'request.pem', [await openssl(['req', '-new', '-key', key, '-subj', subject(request)])]);
    const extensions = write(scratch, 'extensions.cnf', leafExtensions(request.altNames ?? []));
    const serial = `0x0${randomBytes(15).toString('hex')}`;
    const signing = [
      '-CA',
      ca.certPath,
      '-CAkey',
      ca.keyPath,
      '-set_serial',
      serial,
      '-days',
      String(request.days ?? 825),
    ];
    const certPem = await openssl(['x509', '-req', '-sha256', '-in', csr, '-extfile', extensions, ...signing]);
    return { certPem, keyPem };
  });
}

function leafExtensions(altNames: readonly string[]): string[] {
  const lines = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature'];
  lines.push('extendedKeyUsage=serverAuth,clientAuth', 'authorityKeyIdentifier=keyid', 'subjectKeyIdentifier=hash');
  return altNames.length === 0 ? lines : [...lines, `subjectAltName=${altNames.join(',')}`];
}

/** Organization first: read backwards, as OpenSearch does, it gives `CN=...,O=...`. */
function subject({ commonName, organization }: CertificateRequest): string {
  return `${organization === undefined ? '' : `/O=${organization}`}/CN=${commonName}`;
}

/** An RSA key takes a tenth of a second of a core and more, and tests need hundreds. */
async function newKey(): Promise<string> {
  return await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
}

async function openssl(args: readonly string[]): Promise<string> {
  return await runForOutput({ command: requireTool('openssl'), args });
}

async function withScratch<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}
