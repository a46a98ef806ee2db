import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runForOutput, runLogged } from '../stack/run-command.ts';

/** What an image says about how it is to be run. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck?: unknown;
}

/** How to build an image. */
export interface Build {
  readonly context: string;
  readonly tag: string;
  /** Folders of this machine that its steps see, and that do not get into the image: path here, path there. */
  readonly mounts?: readonly (readonly [string, string])[];
  readonly target?: string;
}

/** Images of its own, in a folder of its own, by buildah: no daemon, no registry, nothing shared with other stores. */
export class ImageStore {
  /** For whatever goes with the images. */
  readonly folder: string;

  /** @param parent where to make the folder: one that somebody clears when we do not come to that */
  constructor(parent: string) {
    this.folder = mkdtempSync(join(parent, 'images-'));
  }

  /** Builds a Dockerfile; a base image that is not in the store is an error. @throws StackError with the end of the log */
  async build({ context, tag, mounts = [], target }: Build): Promise<void> {
    const volumes = mounts.flatMap(([here, there]) => ['--volume', `${here}:${there}`]);
    const stage = target === undefined ? [] : ['--target', target];
    const how = ['--isolation', 'chroot', '--pull-never', '--layers=false', ...volumes, ...stage];
    await runLogged(this.#buildah('bud', ...how, '--tag', tag, context), join(this.folder, 'build.log'));
  }

  /** Writes one image to a file that `load` reads. */
  async save(tag: string, file: string): Promise<void> {
    await this.#run('push', '--quiet', tag, `docker-archive:${file}:${tag}`);
  }

  async load(file: string): Promise<void> {
    await this.#run('pull', '--quiet', `docker-archive:${file}`);
  }

  async config(tag: string): Promise<ImageConfig> {
    const { Docker } = JSON.parse(await this.#run('inspect', '--type', 'image', tag)) as {
      readonly Docker: { readonly config: ImageConfig };
    };
    return Docker.config;
  }

  /** Bytes of each layer, uncompressed, from the lowest. */
  async layerBytes(tag: string): Promise<readonly number[]> {
    const folder = join(this.folder, 'layers');
    await this.#run('push', '--quiet', '--disable-compression', tag, `dir:${folder}`);
    const { layers } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      readonly layers: readonly { readonly size: number }[];
    };
    rmSync(folder, { recursive: true });
    return layers.map(({ size }) => size);
  }

  /** Folder with the files of the image, to look at and to run in; it may be written to without changing the image. */
  async unpack(tag: string): Promise<string> {
    const container = (await this.#run('from', '--quiet', '--pull-never', tag)).trim();
    return (await this.#run('mount', container)).trim();
  }

  async remove(): Promise<void> {
    await this.#run('rm', '--all');
    rmSync(this.folder, { recursive: true });
  }

  async #run(...args: string[]): Promise<string> {
    return await runForOutput(this.#buildah(...args));
  }

  #buildah(...args: string[]) {
    const places = ['--root', join(this.folder, 'root'), '--runroot', join(this.folder, 'run')];
    return { command: 'buildah', args: [...places, '--storage-driver', 'vfs', ...args] };
  }
}
