import { afterEach, expect } from '@jest/globals';
import { ROLES, SimulatedOperator } from './simulated-operator.ts';

/** Makes the operator of a test, which is ended after it. To be called where hooks are. */
export function useOperators(): () => SimulatedOperator {
  let current: SimulatedOperator | undefined;
  afterEach(async () => {
    await current?.stop();
  });
  return () => {
    current = new SimulatedOperator();
    return current;
  };
}

/** Starts it with a role `ops` that is in force. */
export async function withRoleInForce(operator: SimulatedOperator): Promise<SimulatedOperator> {
  operator.apply(ROLES, { name: 'ops' }, { description: 'x' });
  await operator.start();
  expect(operator.ready(ROLES, { name: 'ops' })).toBe('True Applied');
  return operator;
}

/**
 * Starts it as one that watches and does not lead yet. It counts on nobody else unless told so, and then lists nothing anew when it leads.
 *
 * @returns makes it lead
 */
export async function standBy(
  operator: SimulatedOperator,
  namespaces: readonly string[] = [],
  hasOthers = false,
): Promise<() => void> {
  const led = Promise.withResolvers<undefined>();
  const tellLeader = (): void => void (operator.isToldToLead = true);
  operator.isToldToLead = false;
  operator.election = {
    ...{ shards: 1, hasOthers },
    run: (serve, signal) => led.promise.then(() => serve(0, signal, tellLeader)),
  };
  await operator.start(namespaces);
  return () => led.resolve(undefined);
}
