import { runForOutput } from '../stack/run-command.ts';
import type { Stack } from '../stack/stack.ts';
import type { Screen } from './screen.ts';

/** The real kubectl, aimed at the stack. */
export class Kubectl {
  readonly #stack: Pick<Stack, 'kubectl' | 'kubeconfig'>;
  readonly #screen: Screen;

  constructor(stack: Pick<Stack, 'kubectl' | 'kubeconfig'>, screen: Screen) {
    this.#stack = stack;
    this.#screen = screen;
  }

  /** What it writes. @throws StackError with what it says on standard error */
  async run(args: readonly string[], input = ''): Promise<string> {
    const env = { KUBECONFIG: this.#stack.kubeconfig };
    return await runForOutput({ command: this.#stack.kubectl, args: ['--request-timeout=30s', ...args], env }, input);
  }

  /** The same, with the command and its answer shown. */
  async show(args: readonly string[], input = ''): Promise<void> {
    this.#screen.command(`kubectl ${args.map(quote).join(' ')}`);
    this.#screen.output(await this.run(args, input));
  }
}

function quote(argument: string): string {
  return /^[-\w./:=,@]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
