import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStack, type OwnStack } from '../stack/stack.ts';
import { readCustomResourceDefinitions } from '../support/custom-resource-definitions.ts';
import { Kubectl } from '../support/kubectl.ts';
import { Helm } from '../tools/helm.ts';

const crdNames = readCustomResourceDefinitions().map(({ metadata }) => metadata.name);

/** The API server of a stack that nobody else uses meanwhile: CRDs, which belong to the whole cluster, come and go. */
export class Server {
  readonly stack: OwnStack;
  readonly kubectl: Kubectl;
  readonly folder = mkdtempSync(join(tmpdir(), 'chart-'));

  private constructor(stack: OwnStack, namespace: string) {
    this.stack = stack;
    this.kubectl = new Kubectl(stack, namespace);
  }

  /** @throws when no such stack runs */
  static async open(namespace: string): Promise<Server> {
    const stack = await readStack(process.env['STACK_NAME'] ?? 'deploy');
    if (stack?.origin !== 'own') throw new Error('no stack of our own runs: use npm run test:deploy');
    return new Server(stack, namespace);
  }

  helm(major: 'three' | 'four'): Promise<Helm> {
    return Helm[major](console.error, this.stack.kubeconfig);
  }

  /** The content as a file, for `-f`. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Where the profile `restricted` counts. */
  createNamespace(name: string): void {
    const levels = ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']);
    const metadata = { name, labels: Object.fromEntries(levels) as object };
    this.kubectl.run(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'Namespace', metadata });
  }

  deleteNamespaces(...names: string[]): void {
    this.kubectl.run(['delete', 'namespace', '--ignore-not-found', '--timeout=60s', ...names]);
  }

  /** Until a list of each kind is answered: the server establishes a CRD some time before it serves it. */
  async untilServed(): Promise<void> {
    const end = Date.now() + 30_000;
    while (!this.kubectl.try(['get', crdNames.join(','), '-A']).accepted) {
      if (Date.now() > end) throw new Error('the CRDs are not served');
      await sleep(200);
    }
  }

  /**
   * Only what is served: of a CRD that is deleted while its storage still starts, the API server fails to delete the
   * objects ("storage is (re)initializing"), and tries again minutes later.
   */
  async deleteDefinitions(): Promise<void> {
    const names = this.kubectl.run(['get', 'crd', '--ignore-not-found', '-o', 'name', ...crdNames]).trim();
    if (names === '') return;
    await this.untilServed();
    this.kubectl.run(['delete', 'crd', '--ignore-not-found', '--timeout=80s', ...crdNames]);
  }

  close(): void {
    this.kubectl.close();
    rmSync(this.folder, { recursive: true });
  }
}
