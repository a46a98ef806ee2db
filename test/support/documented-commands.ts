import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealStack } from './real-stack.ts';
import { HOME } from './rights.ts';

const PAGE = new URL('../../docs/kinds/security-config.md', import.meta.url);
const TIMEOUT_MS = 60_000;

/** What the documentation tells people to run to put back a backup: the command with this key of the Secret. */
export function documentedRestore(key: 'securityconfig' | 'roles'): string {
  const blocks = [...readFileSync(PAGE, 'utf8').matchAll(/^```\n(kubectl .*?)^```$/gms)].map(([, text]) => text ?? '');
  const command = blocks.find((text) => text.includes(`{.data.${key}}`));
  if (command === undefined) throw new Error(`${PAGE.pathname} has no command for the backup of ${key}`);
  return command;
}

/**
 * Runs the command in a shell as an administrator does, with the names of this stack in place of those of the page.
 *
 * @returns what it wrote
 */
export function runRestore(command: string, secretName: string, { stack, cluster }: RealStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'restore-'));
  try {
    symlinkSync(stack.kubectl, join(folder, 'kubectl'));
    copyFileSync(cluster.caPath, join(folder, 'root-ca.pem'));
    copyFileSync(cluster.adminCertPath, join(folder, 'admin.pem'));
    copyFileSync(cluster.adminKeyPath, join(folder, 'admin-key.pem'));
    const text = command
      .replace('-n opensearch-security ', `-n ${HOME} `)
      .replace(' NAME ', ` ${secretName} `)
      .replace('https://HOST:9200', cluster.nodes[0]?.url ?? '');
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, KUBECONFIG: stack.kubeconfig, HOME: folder };
    return execFileSync('sh', ['-ec', text], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      stdio: 'pipe',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
