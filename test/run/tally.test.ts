import { describe, expect, test } from '@jest/globals';
import { isGood, nothing, oneFailure, sum, tallyOfJest, type JestReport } from './tally.ts';

const goodFile = {
  name: 'good.test.ts',
  status: 'passed',
  message: '',
  assertionResults: [
    { fullName: 'it works', status: 'passed' },
    { fullName: 'not on Mondays', status: 'pending' },
  ],
};
const brokenFile = { name: 'broken.test.ts', status: 'failed', message: 'cannot find module', assertionResults: [] };

function aReport(report: Partial<JestReport>): JestReport {
  return { numPassedTests: 1, numFailedTests: 0, numRuntimeErrorTestSuites: 0, testResults: [goodFile], ...report };
}

describe('the count of tests', () => {
  test('counts what passed and names what was skipped', () => {
    const tally = tallyOfJest('unit', aReport({}));
    expect(tally).toEqual({ passed: 1, failed: 0, failures: [], skipped: ['unit: not on Mondays'] });
    expect(isGood(tally)).toBe(true);
  });

  test('counts a file that cannot be loaded as failed, and shows why', () => {
    const tally = tallyOfJest('unit', aReport({ numRuntimeErrorTestSuites: 1, testResults: [goodFile, brokenFile] }));
    expect(tally).toMatchObject({ passed: 1, failed: 1 });
    expect(tally.failures).toEqual([{ what: 'unit: broken.test.ts', output: 'cannot find module' }]);
  });

  test('adds up', () => {
    const total = sum([tallyOfJest('unit', aReport({ numPassedTests: 5 })), oneFailure('servers', 'no Java'), nothing]);
    expect(total).toMatchObject({ passed: 5, failed: 1, failures: [{ what: 'servers', output: 'no Java' }] });
  });

  test('is not good when something failed or nothing ran', () => {
    expect([isGood(nothing), isGood({ ...nothing, passed: 1, failed: 1 })]).toEqual([false, false]);
  });
});
