import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { CORE_SCHEMA, load } from 'js-yaml';

interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, { readonly permissions?: object; readonly 'timeout-minutes'?: number }>>;
}

const FOLDER = fileURLToPath(new URL('../.github/workflows/', import.meta.url));
const workflows = readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const);

/** A workflow of this repository, or an action by the hash of a commit, with the version that it is in a comment. */
const PINNED = /^uses: (\.\/\.github\/workflows\/[\w-]+\.yaml|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

describe.each(workflows)('the workflow %s', (_, text) => {
  const { permissions, jobs } = load(text, { schema: CORE_SCHEMA }) as Workflow;

  test('names each action by a commit that nobody can move', () => {
    const uses = text.split('\n').flatMap((line) => /\buses:.*/.exec(line)?.[0] ?? []);
    expect(uses.filter((line) => !PINNED.test(line))).toEqual([]);
    expect(uses.length).toBeGreaterThan(0);
  });

  test('gives rights to single jobs only', () => {
    expect(permissions).toEqual({});
    expect(Object.entries(jobs).filter(([, job]) => job.permissions === undefined)).toEqual([]);
  });

  test('puts nothing into a script that somebody else could have written', () => {
    const scripts = text.split('\n').filter((line) => !/^\s+(- )?[\w-]+: /.test(line) || /^\s+(- )?run: /.test(line));
    expect(scripts.filter((line) => line.includes('${{'))).toEqual([]);
  });
});
