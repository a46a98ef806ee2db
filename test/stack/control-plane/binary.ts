import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../build-once.ts';
import { requireTool } from '../find-tool.ts';
import { cacheFolder, recipeHash } from '../paths.ts';
import { step, type Log } from '../progress.ts';
import { runLogged } from '../run-command.ts';

const sources = import.meta.dirname;
const [kubernetesMajor, kubernetesMinor, kubernetesPatch] = [1, 34, 4];

/** Whether the program is in the cache already. */
export function isControlPlaneBuilt(): boolean {
  return existsSync(targetFolder());
}

/**
 * Path of the program that is etcd, kube-apiserver and kube-controller-manager in one.
 * Built when not in the cache: three to seven minutes and 3 GB for the Go caches the first time, seconds later on.
 */
export async function controlPlaneProgram(log: Log): Promise<string> {
  const folder = await buildOnce(targetFolder(), log, async (folder) => {
    await step(log, 'build the Kubernetes control plane (minutes, once)', () => build(folder));
  });
  return join(folder, 'control-plane');
}

async function build(folder: string): Promise<void> {
  const args = ['build', '-buildvcs=false', '-ldflags', linkerFlags(), '-o', join(folder, 'control-plane'), '.'];
  // Without cgo it needs no C compiler, and nothing of the machine gets into the program.
  const go = { command: requireTool('go'), args, cwd: sources, env: { CGO_ENABLED: '0' } };
  await runLogged(go, join(cacheFolder(), 'go-build.log'));
}

/** Helm and others read the version of the server; a plain build would say v0.0.0. */
function linkerFlags(): string {
  const version = {
    gitVersion: `v${kubernetesMajor}.${kubernetesMinor}.${kubernetesPatch}`,
    gitMajor: String(kubernetesMajor),
    gitMinor: String(kubernetesMinor),
  };
  const values = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...values].join(' ');
}

function targetFolder(): string {
  const files = ['go.mod', 'go.sum', 'main.go'].map((name) => join(sources, name));
  const hash = recipeHash(files, [linkerFlags(), process.platform, process.arch]);
  return join(cacheFolder(), `control-plane-${hash}`);
}
