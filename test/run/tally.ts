/** A failed test, or a file of them, and what is known of it. */
export type Failure = { readonly what: string; readonly output: string };

/** What came of some tests. `failed` may be larger than the number of failures: those of one file are told together. */
export type Tally = {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
  /** Names of tests that did not run; they say why. */
  readonly skipped: readonly string[];
};

/** What Jest writes with `--json`, as far as it is of use here. */
export type JestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not be loaded, or failed outside of their tests. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

/** No test at all. */
export const nothing: Tally = { passed: 0, failed: 0, failures: [], skipped: [] };

/** All tallies in one. */
export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
    failures: tallies.flatMap(({ failures }) => failures),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  };
}

/** One failure and nothing else. */
export function oneFailure(what: string, output: string): Tally {
  return { ...nothing, failed: 1, failures: [{ what, output }] };
}

/** Whether something was tested and nothing failed. */
export function isGood({ passed, failed }: Tally): boolean {
  return passed > 0 && failed === 0;
}

/** Counts what Jest reports; a file that failed as a whole counts as one failed test besides those in it. */
export function tallyOfJest(title: string, report: JestReport): Tally {
  const files = report.testResults;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    failures: files
      .filter(({ status }) => status === 'failed')
      .map(({ name, message }) => ({ what: `${title}: ${name}`, output: message })),
    skipped: files
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => `${title}: ${fullName}`),
  };
}
