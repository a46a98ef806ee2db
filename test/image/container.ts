import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireTool } from '../stack/find-tool.ts';
import { waitFor } from '../support/wait-for.ts';
import type { ImageConfig } from './image-store.ts';

/** An image and where its files are. */
export interface Unpacked {
  readonly config: ImageConfig;
  readonly root: string;
}

/** What a pod spec adds to an image. */
export interface Wanted {
  /** In place of the entrypoint and its arguments. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  /** Files of this machine that are mounted to read: path here, path there. */
  readonly files?: readonly (readonly [string, string])[];
}

/**
 * crun refuses a machine with both kinds of cgroups, so it sees one kind, in a mount namespace of its own. The groups
 * are not used.
 */
const SCRIPT = `umount --recursive /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup
exec crun --cgroup-manager=disabled --root "$1/state" run --pid-file "$1/pid" --bundle "$1" "$2"`;

/** A container as a restricted pod has it: user of the image, read-only root, no capabilities, no new privileges, the host's network. */
export class Container {
  readonly #child: ChildProcess;
  readonly #bundle: string;
  readonly #exit: Promise<number | NodeJS.Signals>;
  #output = '';

  private constructor(child: ChildProcess, bundle: string) {
    this.#child = child;
    this.#bundle = bundle;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#exit = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code ?? -1)));
  }

  /** @param folder for what it needs; whoever removes it does so after the end of the container */
  static start(folder: string, image: Unpacked, wanted: Wanted = {}): Container {
    const name = `container-${randomBytes(4).toString('hex')}`;
    const bundle = join(folder, name);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(runtimeConfig(image, wanted)));
    const child = spawn(requireTool('unshare'), ['--mount', 'sh', '-c', SCRIPT, 'sh', bundle, name], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Container(child, bundle);
  }

  /** Everything it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Ends when it has ended. @returns its exit code */
  get exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  /** A field of what the kernel says of its first process. */
  async kernelSays(field: string): Promise<string> {
    const status = readFileSync(`/proc/${await this.#processId()}/status`, 'utf8');
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1]?.replaceAll('\t', ' ') ?? '';
  }

  /** To its first process, as the kubelet does it. */
  async signal(name: NodeJS.Signals): Promise<void> {
    process.kill(await this.#processId(), name);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode === null) await this.signal('SIGKILL');
    await this.#exit;
  }

  async #processId(): Promise<number> {
    return await waitFor('the process of the container', async () => {
      if (this.#child.exitCode !== null) throw new Error(`the container has ended: ${this.#output}`);
      return readProcessId(join(this.#bundle, 'pid'));
    });
  }
}

function readProcessId(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

function runtimeConfig({ config, root }: Unpacked, { command, args, env = [], files = [] }: Wanted): object {
  const [uid, gid] = config.User.split(':').map(Number);
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: command ?? [...config.Entrypoint, ...(args ?? config.Cmd)],
      env: [...config.Env, ...env],
      cwd: config.WorkingDir,
      capabilities: {},
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      ...files.map(([source, destination]) => ({ source, destination, type: 'bind', options: ['bind', 'ro'] })),
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
}
