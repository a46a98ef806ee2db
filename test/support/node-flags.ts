import { readFileSync } from 'node:fs';

const DOCKERFILE = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
const ENTRYPOINT = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(DOCKERFILE)?.[1] ?? '[]') as readonly string[];

/** With which the image starts Node. */
export const NODE_FLAGS = ENTRYPOINT.slice(1, -1);
/** What the image sets of malloc. */
export const MALLOC_ARENA_MAX = /MALLOC_ARENA_MAX=(\d+)/.exec(DOCKERFILE)?.[1] ?? '';
