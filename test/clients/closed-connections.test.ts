import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Agent } from 'undici';
import { ClosedConnections } from '../../src/clients/closed-connections.ts';

const IDLE = 'socket idle timeout';
const A = new URL('https://a.example:9200');
const B = new URL('https://b.example:9200');

type Step = readonly [event: 'connect' | 'disconnect', client: string, origin?: URL, why?: string];

/** Clients are known by their names: the one that connects first is the one that is asked first. */
function countAfter(...steps: readonly Step[]): number {
  const agent = new EventEmitter();
  const closed = new ClosedConnections(agent as unknown as Agent);
  const clients = new Map<string, object>();
  for (const [event, name, origin = A, why = IDLE] of steps) {
    const client = clients.get(name) ?? { name };
    clients.set(name, client);
    agent.emit(event, origin, [agent, client], new Error(why));
  }
  return closed.count;
}

describe('a connection that was closed since nobody used it', () => {
  test.each<[string, number, readonly Step[]]>([
    [
      'counts when it was the only one',
      1,
      [
        ['connect', '1'],
        ['disconnect', '1'],
      ],
    ],
    [
      'does not while one is open that is asked first',
      0,
      [
        ['connect', '1'],
        ['connect', '2'],
        ['disconnect', '2'],
      ],
    ],
    [
      'counts when it is the one that is asked first',
      1,
      [
        ['connect', '1'],
        ['connect', '2'],
        ['disconnect', '1'],
      ],
    ],
    [
      'counts when only another endpoint has one open',
      1,
      [
        ['connect', '1', B],
        ['connect', '2'],
        ['disconnect', '2'],
      ],
    ],
    [
      'keeps its turn when it is opened anew',
      1,
      [
        ['connect', '1'],
        ['connect', '2'],
        ['disconnect', '1'],
        ['connect', '1'],
        ['disconnect', '2'],
      ],
    ],
    [
      'counts in any case when it broke',
      1,
      [
        ['connect', '1'],
        ['connect', '2'],
        ['disconnect', '2', A, 'reset'],
      ],
    ],
  ])('%s', (_, count, steps) => {
    expect(countAfter(...steps)).toBe(count);
  });
});
