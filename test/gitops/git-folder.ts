import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForOutput } from '../stack/run-command.ts';

/** A git repository on this machine, whose folder is what somebody wants to be in force. */
export class GitFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'git-folder-'));

  static async create(files: ReadonlyMap<string, string>): Promise<GitFolder> {
    const folder = new GitFolder();
    await folder.#git('init', '--quiet', '--initial-branch', 'main');
    await folder.commit(files);
    return folder;
  }

  get url(): string {
    return `file://${this.#path}`;
  }

  /** Adds or replaces files. */
  async commit(files: ReadonlyMap<string, string>): Promise<void> {
    for (const [name, text] of files) writeFileSync(join(this.#path, name), text);
    await this.#git('add', '--all');
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
    await this.#git(...author, 'commit', '--quiet', '--no-gpg-sign', '--message', 'Change what is wanted');
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  async #git(...args: readonly string[]): Promise<void> {
    await runForOutput({ command: 'git', args, cwd: this.#path });
  }
}
