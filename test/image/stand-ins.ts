import { copyFileSync, cpSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildOnce } from '../stack/build-once.ts';
import { requireTool } from '../stack/find-tool.ts';
import { cacheFolder, recipeHash } from '../stack/paths.ts';
import { step, type Log } from '../stack/progress.ts';
import { runLogged } from '../stack/run-command.ts';
import { ImageStore } from './image-store.ts';

/** The images that the Dockerfile begins with, and the stages that make something to stand in for them. */
export const BASES = {
  slim: 'docker.io/library/node:24-trixie-slim',
  distroless: 'gcr.io/distroless/nodejs24-debian13:nonroot',
};
const RECIPE = join(import.meta.dirname, 'stand-in.Dockerfile');

/** Files with the stand-ins, to be loaded into a store; made once, in a minute or more. */
export async function standIns(log: Log): Promise<readonly string[]> {
  const hash = recipeHash([RECIPE, import.meta.filename], [process.version, process.arch]);
  const folder = await buildOnce(join(cacheFolder(), `image-bases-${hash}`), log, (folder) =>
    step(log, 'build the base images', () => make(folder)),
  );
  return Object.keys(BASES).map((stage) => archive(folder, stage));
}

function archive(folder: string, stage: string): string {
  return join(folder, `${stage}.tar`);
}

async function make(folder: string): Promise<void> {
  const store = new ImageStore(folder);
  try {
    const context = await gather(store);
    for (const [target, tag] of Object.entries(BASES)) {
      await store.build({ context, tag, target });
      await store.save(tag, archive(folder, target));
    }
  } finally {
    await store.remove();
  }
}

/** A folder with all that the recipe copies. */
async function gather({ folder }: ImageStore): Promise<string> {
  const context = join(folder, 'context');
  mkdirSync(context);
  const args = [
    '--variant=minbase',
    '--include=ca-certificates,libstdc++6,libatomic1',
    'trixie',
    join(context, 'debian.tar'),
  ];
  await runLogged({ command: 'mmdebstrap', args }, join(cacheFolder(), 'mmdebstrap.log'));
  copyFileSync(process.execPath, join(context, 'node'));
  // npm is a link to npm/bin/npm-cli.js
  cpSync(dirname(dirname(realpathSync(requireTool('npm')))), join(context, 'npm'), { recursive: true });
  copyFileSync(RECIPE, join(context, 'Dockerfile'));
  return context;
}
