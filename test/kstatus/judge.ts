import { runForOutput } from '../stack/run-command.ts';
import { kstatusProgram } from './binary.ts';

/** What the kstatus library makes of an object; `status` is one of its words, such as `Current` or `InProgress`. */
export interface Verdict {
  readonly status: string;
  readonly message: string;
}

/** Lets the kstatus library judge an object as the API server returned it. */
export async function judge(object: object): Promise<Verdict> {
  const command = await kstatusProgram(() => undefined);
  const { status, message } = JSON.parse(await runForOutput({ command, args: [] }, JSON.stringify(object))) as Verdict;
  return { status, message };
}
