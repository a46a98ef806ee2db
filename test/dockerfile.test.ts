import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { NODE_FLAGS } from './support/node-flags.ts';

function read(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
}

const dockerfile = read('Dockerfile');

// What it makes is tested in test/image, where that can be built.
describe('Dockerfile', () => {
  test('has the version of package.json', () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    expect(/^ARG VERSION=(.*)$/m.exec(dockerfile)?.[1]).toBe(version);
  });

  test('runs nothing in the stage that becomes the image, so that it is made for any platform on any other', () => {
    const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(stage).toContain('distroless');
    expect(stage.match(/^RUN /gm)).toBeNull();
  });

  test('starts Node with flags that it knows, and that let memory be given back', () => {
    expect(NODE_FLAGS).not.toEqual([]);
    expect(execFileSync(process.execPath, [...NODE_FLAGS, '-p', 'typeof gc'], { encoding: 'utf8' })).toBe('function\n');
  });

  test('copies nothing that .dockerignore keeps away', () => {
    const kept = [...read('.dockerignore').matchAll(/^!(.*?)\/?$/gm)].map(([, name = '']) => name);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((name) => !kept.includes(name))).toEqual([]);
  });
});
