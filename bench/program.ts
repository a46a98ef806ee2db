import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** For one step of a measurement, whatever is waited for; milliseconds. */
export const TIMEOUT_MS = 20 * 60_000;

/** One line that a program printed, with the times it gives. */
export type Line = Readonly<Record<string, unknown>>;

/** A program that prints JSON lines. */
export class Program {
  readonly startedAt = Date.now();
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #complaint = '';
  #onLine: () => void = () => undefined;

  constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
    const [program = '', ...args] = command;
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
    createInterface({ input: child.stdout }).on('line', (text) => {
      this.lines.push(JSON.parse(text) as Line);
      this.#onLine();
    });
    this.#exit = new Promise((resolve) => child.once('close', resolve));
  }

  /**
   * When the line was written with which the program had said enough, in milliseconds since 1970.
   *
   * @param isEnough is asked about each line once, in their order, until it says yes
   * @throws Error when it does not come, or the program ends before
   */
  async until(what: string, isEnough: (line: Line) => boolean, timeoutMs: number): Promise<number> {
    let asked = 0;
    const next = (): Line | undefined => {
      while (asked < this.lines.length) {
        const line = this.lines[asked];
        asked += 1;
        if (line !== undefined && isEnough(line)) return line;
      }
      return undefined;
    };
    const line = await this.#wait(next, timeoutMs);
    if (line === undefined) throw new Error(`${what} is not there after ${timeoutMs} ms: ${this.#complaint}`);
    return timeOf(line);
  }

  #wait(next: () => Line | undefined, timeoutMs: number): Promise<Line | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      this.#onLine = () => {
        const line = next();
        if (line === undefined) return;
        clearTimeout(timer);
        this.#onLine = () => undefined;
        resolve(line);
      };
      this.#onLine();
      void this.#exit.then(() => resolve(undefined));
    });
  }

  async ended(): Promise<void> {
    const code = await this.#exit;
    if (code !== 0) throw new Error(`the program ended with ${code ?? 'a signal'}: ${this.#complaint}`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exit;
  }

  /** What goes on while the program stands still. */
  async whilePaused<T>(work: () => Promise<T>): Promise<T> {
    this.#child.kill('SIGSTOP');
    try {
      return await work();
    } finally {
      this.#child.kill('SIGCONT');
    }
  }

  /** Of the process, in MiB; its largest until now, and as it is. */
  memoryMiB(): { readonly peak: number; readonly now: number } {
    const status = readFileSync(`/proc/${this.#child.pid ?? 0}/status`, 'utf8');
    const kib = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
    return { peak: kib('VmHWM') / 1024, now: kib('VmRSS') / 1024 };
  }

  /** Seconds of a core that the process has used. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid ?? 0}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // Fields 14 and 15 of proc(5), in ticks of which there are 100 a second on Linux.
    return (Number(stat[11]) + Number(stat[12])) / 100;
  }
}

function timeOf(line: Line): number {
  const { at, time } = line;
  return typeof at === 'number' ? at : Date.parse(String(time));
}
