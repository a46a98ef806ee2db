import { renderRights, type RightsMode } from '../support/rights.ts';
import { readStack } from '../stack/stack.ts';
import { Helm } from '../tools/helm.ts';
import { isAboutRights, judgeRights, type Lane } from './judge-rights.ts';
import { readAuditLog } from './audit-log.ts';
import { PhaseError, type Run } from './phase.ts';
import type { Tally } from './tally.ts';

/** Rights that no test needs, and why they are given. */
const UNUSED: Readonly<Record<string, string>> = {};

/** A stack, and how the operators on its API server were installed. */
export interface RightsLane {
  readonly mode: RightsMode;
  readonly stack: string;
}

/** Judges the rights of the chart by the audit logs of all tests that went before. */
export async function checkRights(run: Run, lanes: readonly RightsLane[]): Promise<Tally> {
  const helm = await Helm.four(run.log);
  return judgeRights(await Promise.all(lanes.map((lane) => readLane(helm, lane))), UNUSED);
}

async function readLane(helm: Helm, { mode, stack: name }: RightsLane): Promise<Lane> {
  const stack = await readStack(name);
  const log = stack?.origin === 'own' ? stack.apiServer.auditLog : undefined;
  if (log === undefined) throw new PhaseError(`the API server of ${name} keeps no audit log`);
  const account = 'account';
  const given = renderRights(helm, { account, mode, namespaces: ['served'] });
  const title = mode === 'cluster' ? 'for the whole cluster' : 'for some namespaces';
  return { title, account, given, events: await readAuditLog(log, isAboutRights) };
}
