import type { TransactionResult } from '../commit/config/config-transaction.ts';
import type { ObjectKey } from '../desired/resource.ts';
import type { ConfigPlan } from '../plan/config/plan-config.ts';
import { stalled, waiting, type Outcome } from '../plan/outcome.ts';
import type { Decision } from '../plan/slot.ts';
import { rolledBack } from './config-failures.ts';

/** The one name of the document of the configuration. */
export const CONFIG_NAME = 'config';

/** Half of what several wanted may be right: then another turn finds out which. */
export function whatIsLeft(plan: ConfigPlan, result: TransactionResult | undefined): 'nothing' | 'later' | 'now' {
  if (result?.type === 'waiting') return 'later';
  const hasFailed = result?.type === 'refused' || result?.type === 'rolledBack';
  const isLeftToTry = (hasFailed && plan.subjects.length > 1) || [...plan.outcomes.values()].some(isPending);
  return isLeftToTry ? 'now' : 'nothing';
}

/** The decision as the rest of the engine knows it. */
export function toDecision({ changes, subjects, parts, outcomes }: ConfigPlan): Decision {
  const common = { subjects, parts, outcomes };
  return changes.length === 0 ? common : { ...common, operation: { type: 'add', name: CONFIG_NAME, value: '' } };
}

export function outcomesAfter(
  plan: ConfigPlan,
  result: TransactionResult | undefined,
): ReadonlyMap<ObjectKey, Outcome> {
  const failure =
    result === undefined
      ? undefined
      : (failureOf(result) ?? (result.type === 'waiting' ? waiting('Verifying', result.message) : undefined));
  if (failure === undefined) return plan.outcomes;
  const told =
    plan.subjects.length === 1
      ? failure
      : waiting('Verifying', 'a change together with other objects failed: each is tried alone');
  return new Map([
    ...plan.outcomes,
    ...plan.subjects.map((key) => [key, result?.type === 'waiting' ? failure : told] as const),
  ]);
}

export function failureOf(result: TransactionResult): Outcome | undefined {
  if (result.type === 'rolledBack') return rolledBack(result.why);
  return result.type === 'refused' ? stalled('Rejected', result.words) : undefined;
}

/** A refusal with what may be the cause, where the server does not say it. */
export function withDoubts(result: TransactionResult, doubts: readonly string[]): TransactionResult {
  return result.type === 'refused' && doubts.length > 0
    ? { ...result, words: `${result.words} (perhaps since ${doubts.join('; ')})` }
    : result;
}

function isPending(outcome: Outcome): boolean {
  return outcome.type === 'waiting' && outcome.reason === 'Verifying';
}
