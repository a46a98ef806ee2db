import { describe, expect, test } from '@jest/globals';
import { parseOperatorOptions } from '../../src/cli/options.ts';
import { SettingsError } from '../../src/errors.ts';

describe('the options of the operator', () => {
  test('have defaults', () => {
    expect(parseOperatorOptions({}, undefined)).toEqual({
      kubeconfig: undefined,
      namespaces: [],
      metricsPort: 8080,
      logLevel: 'info',
      stallAfterSeconds: 600,
      deletionGraceSeconds: 300,
      leaderElection: undefined,
    });
  });

  test('are taken as they are given', () => {
    const raw = { namespaces: ' a, b,,', metricsPort: '0', logLevel: 'debug', stallAfter: '1', deletionGrace: '2' };
    expect(parseOperatorOptions(raw, '/kubeconfig')).toEqual({
      kubeconfig: '/kubeconfig',
      namespaces: ['a', 'b'],
      metricsPort: 0,
      logLevel: 'debug',
      stallAfterSeconds: 1,
      deletionGraceSeconds: 2,
      leaderElection: undefined,
    });
  });

  test('let one of several write when leader election is on, with the times of client-go', () => {
    expect(parseOperatorOptions({ leaderElect: 'true' }, undefined).leaderElection).toEqual({
      id: 'opensearch-security-operator',
      namespace: undefined,
      times: { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 },
      shards: 1,
    });
  });

  test.each([
    [{ logLevel: 'loud' }, '--log-level takes one of trace, debug, info, warn, error, silent, not "loud"'],
    [{ metricsPort: '70000' }, '--metrics-port takes a whole number from 0 to 65535, not "70000"'],
    [{ metricsPort: '-1' }, '--metrics-port takes'],
    [{ metricsPort: 'http' }, '--metrics-port takes'],
    [{ metricsPort: '' }, '--metrics-port takes'],
    [{ stallAfter: '1.5' }, '--stall-after takes a whole number from 0 to 86400, not "1.5"'],
    [{ deletionGrace: '10m' }, '--deletion-grace takes'],
    [{ shards: '0' }, '--shards takes a whole number from 1 to 32, not "0"'],
    [{ shards: '2' }, '--shards: more than one needs --leader-elect'],
    [{ leaderElect: 'yes' }, '--leader-elect takes true or false, not "yes"'],
    [{ leaderElect: 'true', leaderElectionId: 'The Lease' }, '--leader-election-id takes small letters, digits'],
    [{ leaderElect: 'true', leaderElectionRetryPeriod: '2s' }, '--leader-election-retry-period takes a whole number'],
    [
      { leaderElect: 'true', leaderElectionLeaseDuration: '10' },
      'leader election: the lease duration (10 s) must be longer than the renew deadline (10 s)',
    ],
  ])('%j are refused, and it is said what is right', (raw, message) => {
    expect(() => parseOperatorOptions(raw as Record<string, string>, undefined)).toThrow(SettingsError);
    expect(() => parseOperatorOptions(raw as Record<string, string>, undefined)).toThrow(message);
  });
});
