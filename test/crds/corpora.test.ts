import { describe, expect, it } from '@jest/globals';
import {
  readCustomResourceDefinitions,
  readFixtures,
  rootSchema,
  unknownFields,
} from '../support/custom-resource-definitions.ts';
import type { CustomResource } from '../support/custom-resource-definitions.ts';

const schemas = new Map(readCustomResourceDefinitions().map((crd) => [crd.spec.names.kind, rootSchema(crd)]));
const examples = ['deploy/examples', 'deploy/security-config'].flatMap(readFixtures);
const valid = readFixtures('test/fixtures/crds/valid');
const invalid = readFixtures('test/fixtures/crds/invalid');
const updates = readFixtures('test/fixtures/crds/updates');

function problems({ apiVersion, kind, metadata, spec }: CustomResource): string[] {
  const schema = schemas.get(kind)?.properties?.['spec'];
  if (apiVersion !== 'security.opensearch.org/v1alpha1' || schema === undefined) return [`${kind} is not ours`];
  return [...(metadata.name === '' ? ['no name'] : []), ...unknownFields(schema, spec, 'spec')];
}

describe('the examples', () => {
  it.each(examples)('$name uses only fields that exist', ({ resources }) => {
    expect(resources.flatMap(problems)).toEqual([]);
  });

  it.each(examples)('$name belongs to the namespace of the connection', ({ resources }) => {
    expect(resources.map(({ metadata }) => metadata.namespace)).toEqual(resources.map(() => 'search'));
  });
});

describe('the corpora', () => {
  it('have something valid and something invalid for every kind', () => {
    const kinds = [...schemas.keys()].sort();
    const kindsOf = (fixtures: typeof valid) =>
      [...new Set(fixtures.flatMap(({ resources }) => resources.map(({ kind }) => kind)))].sort();
    expect(kindsOf(valid)).toEqual(kinds);
    expect(kindsOf(invalid)).toEqual(kinds);
  });

  it.each(valid)('$name, which is valid, uses only fields that exist', ({ resources }) => {
    expect(resources.flatMap(problems)).toEqual([]);
  });

  it('say of every invalid file which message is expected', () => {
    expect(invalid.filter(({ expected }) => expected === '').map(({ name }) => name)).toEqual([]);
  });

  it('have one object before and the same object after in every update', () => {
    const wrong = updates.filter(({ expected, resources: [before, after, ...more] }) => {
      const same = before !== undefined && before.kind === after?.kind && before.metadata.name === after.metadata.name;
      return expected === '' || !same || more.length > 0;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});
