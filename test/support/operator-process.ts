import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { waitFor } from './wait-for.ts';

/** The sources, unless there is a bundle to be tested. */
const MAIN = process.env['OPERATOR_MAIN'] ?? fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The operator as a process of its own, so that it can be stopped and killed like the real one. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | NodeJS.Signals>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code ?? -1)));
  }

  static start(kubeconfig: string, flags: readonly string[]): OperatorProcess {
    const child = spawn(process.execPath, [MAIN, 'operator', '--metrics-port', '0', '--log-level', 'debug', ...flags], {
      env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new OperatorProcess(child);
  }

  /** Everything it has logged so far. */
  get output(): string {
    return this.#output;
  }

  /** Asks its own HTTP server, once that serves. */
  async ask(path: '/metrics' | '/healthz' | '/readyz'): Promise<{ readonly status: number; readonly text: string }> {
    const port = await waitFor('the port of the operator', async () => /"port":(\d+)/.exec(this.#output)?.[1]);
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`);
    return { status: statusCode, text: await body.text() };
  }

  /** SIGTERM. @returns the exit code, or the signal that ended it */
  async stop(): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM');
    return this.#exit;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends when it has ended. @returns the exit code, or the signal that ended it */
  get exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
