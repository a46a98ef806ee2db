import { describe, expect, test } from '@jest/globals';
import type { OpenSearchConnectionStatus } from '../../src/generated/opensearch-connection.ts';
import { connectionStatus, type ConnectionFacts, type Trouble } from '../../src/status/connection-status.ts';
import { CREATED } from '../support/builders.ts';

const STALL_AFTER_MS = 600_000;

const connected: ConnectionFacts = {
  trouble: undefined,
  isObserving: false,
  version: '3.4.0',
  clusterUuid: 'uuid-1',
  apiPrefix: 'Plugins',
  authenticatedAs: { name: 'operator', method: 'Basic' },
  pluginHealth: { status: 'UP', mode: 'strict' },
  resources: [{ type: 'roles', declared: 3, inSync: 2 }],
};

function inTrouble(isStalled: boolean, reason: Trouble['reason'] = 'Unreachable'): ConnectionFacts {
  return { trouble: { reason, message: 'no answer', isStalled }, isObserving: false, resources: [] };
}

function after(...facts: readonly (readonly [atMs: number, facts: ConnectionFacts])[]): OpenSearchConnectionStatus {
  let status: OpenSearchConnectionStatus = {};
  for (const [atMs, fact] of facts) {
    const context = { nowMs: Date.parse(CREATED) + atMs, stallAfterMs: STALL_AFTER_MS };
    status = connectionStatus({ generation: 1, status }, fact, context);
  }
  return status;
}

function types(status: OpenSearchConnectionStatus): Record<string, string> {
  return Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]),
  );
}

describe('the status of a connection', () => {
  test('that works tells the cluster, and who we are there', () => {
    const status = after([0, connected]);
    expect(status).toMatchObject({
      observedGeneration: 1,
      version: '3.4.0',
      clusterUUID: 'uuid-1',
      apiPrefix: 'Plugins',
      authenticatedAs: { name: 'operator', method: 'Basic' },
      resources: [{ type: 'roles', declared: 3, inSync: 2 }],
    });
    expect(status.conditions).toMatchObject([
      { type: 'Ready', reason: 'Connected', message: 'OpenSearch 3.4.0 as operator' },
    ]);
  });

  test('that observes says that nothing is written', () => {
    const { conditions } = after([0, { ...connected, isObserving: true }]);
    expect(conditions).toMatchObject([
      { reason: 'Observed', message: expect.stringContaining('nothing is written') as unknown },
    ]);
  });

  test('that a person must act on is Stalled at once', () => {
    expect(types(after([0, inTrouble(true)]))).toEqual({ Ready: 'False Unreachable', Stalled: 'True Unreachable' });
  });

  test('that is tried again is Reconciling, and Stalled after a while', () => {
    expect(types(after([0, inTrouble(false)]))).toHaveProperty('Reconciling');
    expect(types(after([0, inTrouble(false)], [STALL_AFTER_MS, inTrouble(false)]))).toEqual({
      Ready: 'False Unreachable',
      Stalled: 'True Unreachable',
    });
  });

  test.each(['Unreachable', 'NotInitialized', 'AnotherCluster'] as const)(
    'that goes on stays Stalled: %s',
    (reason) => {
      const waiting = inTrouble(false, reason);
      const status = after([0, waiting], [STALL_AFTER_MS, waiting], [STALL_AFTER_MS + 1, waiting]);
      expect(types(status)).toEqual({ Ready: `False ${reason}`, Stalled: `True ${reason}` });
    },
  );

  test('keeps what was known of the cluster while it cannot be reached', () => {
    expect(after([0, connected], [1, inTrouble(false)])).toMatchObject({ version: '3.4.0', clusterUUID: 'uuid-1' });
  });

  test('heals', () => {
    const status = after([0, inTrouble(false)], [STALL_AFTER_MS, inTrouble(false)], [STALL_AFTER_MS + 1, connected]);
    expect(types(status)).toEqual({ Ready: 'True Connected' });
  });

  test('counts nothing any more when nothing is declared any more', () => {
    expect(after([0, connected], [1, { ...connected, resources: [] }]).resources).toEqual([]);
  });

  test('does not change when nothing does', () => {
    expect(after([0, connected], [5000, connected])).toEqual(after([0, connected]));
  });
});
