import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnStack } from '../stack/stack.ts';

/** How a command ended, and all that it wrote. */
export interface KubectlAnswer {
  readonly accepted: boolean;
  readonly output: string;
}

/** The real kubectl in one namespace of a stack. What it learns of the server it keeps to itself, until `close`. */
export class Kubectl {
  readonly #stack: Pick<OwnStack, 'kubectl' | 'kubeconfig'>;
  readonly #namespace: string;
  readonly #cache = mkdtempSync(join(tmpdir(), 'kubectl-cache-'));

  constructor(stack: Pick<OwnStack, 'kubectl' | 'kubeconfig'>, namespace: string) {
    this.#stack = stack;
    this.#namespace = namespace;
  }

  /** @param input goes to standard input, as JSON */
  try(args: readonly string[], input?: object): KubectlAnswer {
    const { kubectl, kubeconfig } = this.#stack;
    const { status, stdout, stderr, error } = spawnSync(
      kubectl,
      ['--kubeconfig', kubeconfig, '--cache-dir', this.#cache, '-n', this.#namespace, ...args],
      { encoding: 'utf8', timeout: 90_000, ...(input === undefined ? {} : { input: JSON.stringify(input) }) },
    );
    if (error !== undefined) throw error;
    return { accepted: status === 0, output: `${stdout}${stderr}` };
  }

  /** As `try`, and fails unless kubectl does its work. @returns what it wrote */
  run(args: readonly string[], input?: object): string {
    const { accepted, output } = this.try(args, input);
    if (!accepted) throw new Error(`kubectl ${args.join(' ')}: ${output}`);
    return output;
  }

  close(): void {
    rmSync(this.#cache, { recursive: true, force: true });
  }
}
