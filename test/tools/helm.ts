import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findHelm } from '../stack/kubernetes-tools.ts';
import type { Log } from '../stack/progress.ts';
import { goTool } from './go-tool.ts';

/** The chart of the project. */
export const chartFolder = fileURLToPath(new URL('../../deploy/helm/opensearch-security-operator', import.meta.url));

/** How a command ended, and what it wrote. */
export interface HelmAnswer {
  readonly succeeded: boolean;
  readonly output: string;
  readonly complaints: string;
}

/** Runs helm, with nothing of the user's own settings. */
export class Helm {
  readonly #command: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(command: string, kubeconfig: string | undefined) {
    this.#command = command;
    const others = Object.entries(process.env).filter(([name]) => !/^(HELM_|KUBECONFIG$)/.test(name));
    // Without a kubeconfig it must not find the one of whoever runs the tests.
    this.#environment = { ...Object.fromEntries(others), KUBECONFIG: kubeconfig ?? '/nowhere' };
  }

  /** Helm 4, and without a kubeconfig for rendering only. @throws StackError when it cannot be had */
  static async four(log: Log, kubeconfig?: string): Promise<Helm> {
    return new Helm(await findHelm(log), kubeconfig);
  }

  /** Helm 3, the other major version in use. @throws StackError without Go */
  static async three(log: Log, kubeconfig?: string): Promise<Helm> {
    return new Helm(await goTool(helm3, log), kubeconfig);
  }

  try(args: readonly string[], input = ''): HelmAnswer {
    const { status, stdout, stderr, error } = spawnSync(this.#command, args, {
      encoding: 'utf8',
      env: this.#environment,
      input,
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error !== undefined) throw error;
    return { succeeded: status === 0, output: stdout, complaints: stderr };
  }

  /** As `try`, and fails unless helm does its work. @returns what it wrote to standard output */
  run(args: readonly string[], input?: string): string {
    const { succeeded, output, complaints } = this.try(args, input);
    if (!succeeded) throw new Error(`helm ${args.join(' ')}: ${complaints}${output}`);
    return output;
  }
}

/** Built by Go from `test/tools/helm3`. */
export const helm3 = { name: 'helm3', package: 'helm.sh/helm/v3/cmd/helm' };
