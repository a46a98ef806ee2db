import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE, type Scenery } from './stage.ts';

/** Makes a Secret with a new password, which is shown nowhere. Returns the password. */
export async function createPassword({ kubectl, folder }: Scenery, name: string): Promise<string> {
  const password = newPassword();
  const path = join(folder, `${name}-password.txt`);
  writeFileSync(path, password, { mode: 0o600 });
  await kubectl.show(['--namespace', NAMESPACE, 'create', 'secret', 'generic', name, `--from-file=password=${path}`]);
  return password;
}

/** Puts another password into a Secret. Returns the new one. */
export async function changePassword({ kubectl, folder }: Scenery, name: string): Promise<string> {
  const password = newPassword();
  const path = join(folder, `${name}-patch.json`);
  writeFileSync(path, JSON.stringify({ stringData: { password } }), { mode: 0o600 });
  await kubectl.show(['--namespace', NAMESPACE, 'patch', 'secret', name, `--patch-file=${path}`]);
  return password;
}

/** The password that a Secret holds. */
export async function readPassword({ kubectl }: Scenery, name: string): Promise<string> {
  const get = ['--namespace', NAMESPACE, 'get', 'secret', name, '--output=jsonpath={.data.password}'];
  return Buffer.from(await kubectl.run(get), 'base64').toString();
}

function newPassword(): string {
  return randomBytes(18).toString('base64url');
}
