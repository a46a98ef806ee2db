import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import type { Scenery } from './stage.ts';
import { projectFolder } from './project-folder.ts';

type Manifest = {
  readonly metadata: object;
  readonly spec: { readonly tls?: object };
};

/** The connection of the examples, led to the stack, and looking for drift as often as it may. */
export function connectionManifest({ stack, opensearch }: Scenery, name: string): string {
  const path = join(projectFolder, 'deploy/examples/connection.yaml');
  const example = load(readFileSync(path, 'utf8'), { schema: CORE_SCHEMA }) as Manifest;
  const { tls, ...spec } = example.spec;
  const isTrusted = stack.opensearch[0]?.caPath === undefined;
  return JSON.stringify({
    ...example,
    metadata: { ...example.metadata, name },
    spec: {
      ...spec,
      ...(isTrusted ? {} : { tls }),
      endpoints: [opensearch.url],
      driftDetection: { intervalSeconds: 5 },
    },
  });
}
