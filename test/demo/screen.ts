/** Where the demo is shown. A terminal shows live text that is drawn again in place; anything else gets plain lines. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #startedMs = performance.now();
  readonly isLive: boolean;
  #chapter = 0;
  #liveLines = 0;

  constructor(out: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>) {
    this.#out = out;
    this.isLive = out.isTTY && environment['TERM'] !== 'dumb';
  }

  /** Columns that fit; a file or a pipe takes long lines. */
  get width(): number {
    return this.isLive && this.#out.columns >= 40 ? this.#out.columns : 160;
  }

  /** Seconds since the beginning. */
  get seconds(): string {
    return ((performance.now() - this.#startedMs) / 1000).toFixed(1);
  }

  chapter(title: string): void {
    this.#chapter += 1;
    this.line('');
    this.line(this.#bold(`== ${this.#chapter}. ${title} (after ${this.seconds} s)`));
    this.line('');
  }

  /** What happens and why, for the reader. */
  say(text: string): void {
    this.line(text);
  }

  /** A command that is being run and could be typed. */
  command(text: string): void {
    this.line(this.#bold(`$ ${text}`));
  }

  /** What a command answered, or a table. */
  output(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.line(`  ${line}`.trimEnd());
  }

  /** Replaces what the last call drew; on a terminal only. */
  redraw(lines: readonly string[]): void {
    const up = this.#liveLines === 0 ? '' : `\u001b[${this.#liveLines}A\u001b[0J`;
    this.#out.write(up + lines.map((line) => `  ${line}`.slice(0, this.width - 1).trimEnd() + '\n').join(''));
    this.#liveLines = lines.length;
  }

  line(text: string): void {
    this.#liveLines = 0;
    this.#out.write(`${text}\n`);
  }

  #bold(text: string): string {
    return this.isLive ? `\u001b[1m${text}\u001b[0m` : text;
  }
}
