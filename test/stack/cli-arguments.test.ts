import { describe, expect, test } from '@jest/globals';
import { parseCommand, UsageError } from './cli-arguments.ts';

describe('command line of the stack', () => {
  test('runs one node of the newest version when told nothing else', () => {
    const expected = { type: 'up', name: 'default', versions: ['3.4.0'], nodes: 1, heap: undefined, audit: false };
    expect(parseCommand(['up'])).toEqual(expected);
  });

  test('takes a version named twice once', () => {
    expect(parseCommand(['prepare', '--opensearch', '2.19.4,3.4.0,2.19.4'])).toEqual({
      type: 'prepare',
      versions: ['2.19.4', '3.4.0'],
    });
  });

  test('stops all stacks only when told so', () => {
    expect(parseCommand(['down'])).toMatchObject({ names: ['default'], purge: false });
    expect(parseCommand(['down', '--all', '--purge'])).toMatchObject({ names: 'all', purge: true });
  });

  test.each([
    ['no command', [], /which command/],
    ['an unknown command', ['start'], /unknown command "start"/],
    ['an unknown flag', ['up', '--frob'], /'--frob'/],
    ['a flag of another command', ['down', '--audit'], /"down" has no flag --audit/],
    ['an unknown version', ['up', '--opensearch', '1.0'], /"1.0" is not known/],
    ['a number that is none', ['up', '--nodes', 'two'], /--nodes/],
    ['both --name and --all', ['down', '--all', '--name', 'x'], /either/],
    ['a second command', ['up', 'down'], /"down" is too much/],
  ])('refuses %s', (_, argv, message) => {
    expect(() => parseCommand(argv)).toThrow(UsageError);
    expect(() => parseCommand(argv)).toThrow(message);
  });
});
