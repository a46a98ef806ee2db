import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const repository = new URL('../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, repository), 'utf8');
}

/** All reasons that a type of the plan, a condition or the trouble of a connection can name. */
function reasonsInCode(): string[] {
  const types = [...read('src/plan/outcome.ts').matchAll(/^ {2}\| '([A-Z]\w+)'/gm)];
  const troubles = [...read('src/engine/trouble.ts').matchAll(/reason: '(\w+)'/g)];
  const told = ['connection-status', 'next-status'].flatMap((file) => [
    ...read(`src/status/${file}.ts`).matchAll(/reason: '(\w+)'/g),
  ]);
  return [...new Set([...types, ...troubles, ...told].map((match) => match[1] ?? ''))].sort();
}

/** All conditions beside Ready. */
function conditionsInCode(): string[] {
  const files = ['certificates', 'connection-status', 'next-status'].map((file) => read(`src/status/${file}.ts`));
  const types = files
    .flatMap((text) => [...text.matchAll(/\btype(?:: | = )'([A-Z]\w+)'/g)])
    .map(([, type = '']) => type);
  return [...new Set(types)].filter((type) => type !== 'Ready').sort();
}

describe('docs/reasons.md', () => {
  it('finds reasons in the code', () => {
    expect(reasonsInCode()).toEqual(
      expect.arrayContaining(['AlreadyExists', 'Connected', 'NotFound', 'Unreachable', 'Pending']),
    );
  });

  it('finds conditions in the code', () => {
    expect(conditionsInCode()).toEqual(expect.arrayContaining(['EndpointsPermitted', 'Paused', 'ReferencesResolved']));
  });

  it.each(conditionsInCode())('lists the condition %s', (type) => {
    expect(read('docs/reasons.md')).toContain(`\n| \`${type}\` |`);
  });

  it.each(reasonsInCode())('says what to do about %s', (reason) => {
    expect(read('docs/reasons.md')).toMatch(new RegExp(`^### ${reason}$|\`${reason}\``, 'm'));
  });
});
