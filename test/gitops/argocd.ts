import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { argocdProgram } from '../conformance/judges.ts';
import { ensureProcess, stopProcess, type ProcessRecord } from '../stack/background-process.ts';
import { buildOnce } from '../stack/build-once.ts';
import { freePorts } from '../stack/free-ports.ts';
import { cacheFolder, recipeHash } from '../stack/paths.ts';
import { runForOutput } from '../stack/run-command.ts';
import type { OwnStack } from '../stack/stack.ts';
import { Kubectl } from '../support/kubectl.ts';
import { waitFor } from '../support/wait-for.ts';

const TOOL = fileURLToPath(new URL('../tools/argocd/', import.meta.url));
const CONFIG_MAP = new URL('../../deploy/argocd/argocd-cm.yaml', import.meta.url);
const DEFINITIONS = ['application-crd.yaml', 'appproject-crd.yaml'];

/** The real application controller and repo server of Argo CD, as processes beside a stack, with our scripts. */
export class ArgoCd {
  /** Where its Applications are; nobody else's. */
  readonly namespace: string;
  readonly #stack: OwnStack;
  readonly #kubectl: Kubectl;
  readonly #processes: ProcessRecord[] = [];

  private constructor(stack: OwnStack) {
    this.#stack = stack;
    this.namespace = `argocd-${randomBytes(4).toString('hex')}`;
    this.#kubectl = new Kubectl(stack, this.namespace);
  }

  static async start(stack: OwnStack): Promise<ArgoCd> {
    const argocd = new ArgoCd(stack);
    try {
      const [program, definitions] = await Promise.all([argocdProgram(), definitionsFolder()]);
      await argocd.#apply(definitions);
      await argocd.#startProcesses(program);
    } catch (error) {
      await argocd.stop();
      throw error;
    }
    return argocd;
  }

  /** Its Applications have to be gone before; nobody takes their finalizers off afterwards. */
  async stop(): Promise<void> {
    for (const record of this.#processes.reverse()) await stopProcess(this.#stack.runDir, record);
    this.#kubectl.try(['delete', 'namespace', this.namespace, '--ignore-not-found', '--wait=false']);
    this.#kubectl.close();
  }

  /** What its processes had to complain about. */
  get log(): string {
    return this.#processes.map(({ logPath }) => readFileSync(logPath, 'utf8')).join('\n');
  }

  async #apply(definitions: string): Promise<void> {
    const files = DEFINITIONS.flatMap((name) => ['-f', join(definitions, name)]);
    this.#kubectl.run(['apply', '--server-side', '--force-conflicts', ...files]);
    // A definition that was just made has no conditions yet, which `kubectl wait` takes for an error.
    const wait = ['wait', '--for=condition=Established', 'crd/applications.argoproj.io', 'crd/appprojects.argoproj.io'];
    await waitFor('the definitions of Argo CD', async () => (this.#kubectl.try(wait).accepted ? true : undefined));
    this.#kubectl.run(['create', 'namespace', this.namespace]);
    await waitFor('its project', async () =>
      this.#kubectl.try(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: this.#objects() }).accepted
        ? true
        : undefined,
    );
  }

  #objects(): object[] {
    const labels = (name: string): object => ({
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/part-of': 'argocd',
    });
    const configMap = load(readFileSync(CONFIG_MAP, 'utf8')) as { readonly metadata: object };
    const { namespace } = this;
    return [
      { ...configMap, metadata: { ...configMap.metadata, namespace } },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'argocd-secret', namespace, labels: labels('argocd-secret') },
        stringData: { 'server.secretkey': randomBytes(32).toString('hex') },
      },
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AppProject',
        metadata: { name: 'default', namespace },
        spec: {
          sourceRepos: ['*'],
          destinations: [{ namespace: '*', server: '*' }],
          clusterResourceWhitelist: [{ group: '*', kind: '*' }],
        },
      },
    ];
  }

  async #startProcesses(program: string): Promise<void> {
    const { kubeconfig } = this.#stack;
    const [redis = 0, repo = 0, repoMetrics = 0, metrics = 0] = await freePorts(4);
    const cache = ['--redis', `127.0.0.1:${redis}`, '--loglevel', 'warn'];
    const local = ['--address', '127.0.0.1', '--metrics-address', '127.0.0.1'];
    await this.#run(program, ['redis', `127.0.0.1:${redis}`]);
    const ports = ['--port', String(repo), '--metrics-port', String(repoMetrics)];
    await this.#run(program, ['repo-server', '--disable-tls', ...local, ...ports, ...cache]);
    const where = ['--namespace', this.namespace, '--kubeconfig', kubeconfig, '--metrics-port', String(metrics)];
    const repoServer = ['--repo-server', `127.0.0.1:${repo}`, '--repo-server-plaintext'];
    const pace = ['--app-resync', '10', '--app-resync-jitter', '0', '--persist-resource-health'];
    await this.#run(program, ['controller', ...where, ...repoServer, ...pace, ...cache]);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const name = `${this.namespace}-${args[0] ?? ''}`;
    const cwd = join(this.#stack.runDir, this.namespace);
    const logPath = join(cwd, `${name}.log`);
    const command = {
      name,
      command: 'env',
      args: [...variables(cwd, this.#stack.kubeconfig), program, ...args],
      cwd,
      logPath,
    };
    this.#processes.push(await ensureProcess(this.#stack.runDir, command));
  }
}

/** It looks for its folders where its image has them; here each instance has its own. */
function variables(folder: string, kubeconfig: string): string[] {
  const folders = {
    ARGOCD_TLS_DATA_PATH: 'tls',
    ARGOCD_SSH_DATA_PATH: 'ssh',
    ARGOCD_GNUPGHOME: 'gpg',
    ARGOCD_PLUGINSOCKFILEPATH: 'plugins',
    TMPDIR: 'tmp',
  };
  for (const name of Object.values(folders)) mkdirSync(join(folder, name), { recursive: true });
  return [
    'ARGOCD_FAKE_IN_CLUSTER=true',
    `KUBECONFIG=${kubeconfig}`,
    'ARGOCD_GPG_ENABLED=false',
    `ARGOCD_ASK_PASS_SOCK=${join(folder, 'ask.sock')}`,
    ...Object.entries(folders).map(([variable, name]) => `${variable}=${join(folder, name)}`),
  ];
}

/** A folder with the definitions of its kinds, of the version that `go.mod` pins. */
async function definitionsFolder(): Promise<string> {
  const target = join(cacheFolder(), `argocd-definitions-${recipeHash([join(TOOL, 'go.mod')])}`);
  return buildOnce(
    target,
    () => undefined,
    async (folder) => {
      const list = ['list', '-m', '-f', '{{.Dir}}', 'github.com/argoproj/argo-cd/v3'];
      const module = (await runForOutput({ command: 'go', args: list, cwd: TOOL })).trim();
      for (const name of DEFINITIONS) copyFileSync(join(module, 'manifests', 'crds', name), join(folder, name));
    },
  );
}
