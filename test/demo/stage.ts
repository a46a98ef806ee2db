import type { ProcessRecord } from '../stack/background-process.ts';
import type { Stack } from '../stack/stack.ts';
import type { Kubectl } from './kubectl.ts';
import type { Screen } from './screen.ts';
import type { SecurityApi } from './security-api.ts';

/** Where all objects of the demo are; the examples name it. */
export const NAMESPACE = 'search';

/** What a chapter works with before the operator runs. */
export type Scenery = {
  readonly stack: Stack;
  readonly kubectl: Kubectl;
  readonly opensearch: SecurityApi;
  readonly screen: Screen;
  /** Folder for what the demo writes. */
  readonly folder: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
};

/** The operator as a process, with its log and where it serves its metrics. */
export type OperatorProcess = {
  readonly record: ProcessRecord;
  readonly metricsUrl: string;
};

/** What a chapter works with. */
export type Stage = Scenery & { readonly operator: OperatorProcess };
