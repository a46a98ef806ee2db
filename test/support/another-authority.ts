import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from '../stack/certificates.ts';

/** The certificate of an authority that has signed nothing here. */
export async function anotherAuthority(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const authority = { certPath: join(folder, 'ca.pem'), keyPath: join(folder, 'ca-key.pem') };
  await makeAuthority(authority, 'another authority');
  const certPem = readFileSync(authority.certPath, 'utf8');
  rmSync(folder, { recursive: true });
  return certPem;
}
