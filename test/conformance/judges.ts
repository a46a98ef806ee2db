import { fileURLToPath } from 'node:url';
import { runForOutput } from '../stack/run-command.ts';
import { goTool } from '../tools/go-tool.ts';

/** What the kstatus library makes of an object, and the words of the checker that Flux has for conditions. */
export interface FluxVerdict {
  readonly status: string;
  readonly message: string;
  readonly fail: string;
  readonly warn: string;
}

/** What Argo CD makes of an object. */
export interface ArgoVerdict {
  readonly status: string;
  readonly message: string;
}

const silent = (): void => undefined;
const CONFIG_MAP = fileURLToPath(new URL('../../deploy/argocd/argocd-cm.yaml', import.meta.url));

/** Path of the program with the libraries of Flux; built when not in the cache, in two minutes. */
export function kstatusProgram(log: (line: string) => void = silent): Promise<string> {
  return goTool({ name: 'kstatus', package: '.' }, log);
}

/** Path of the program with Argo CD; built when not in the cache, in five to ten minutes. */
export function argocdProgram(log: (line: string) => void = silent): Promise<string> {
  return goTool({ name: 'argocd', package: '.' }, log);
}

/** In the order of the objects, which are as the API server returned them. */
export async function judgeByFlux(objects: readonly object[]): Promise<readonly FluxVerdict[]> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  return lines<FluxVerdict>({ command: await kstatusProgram(), args: [] }, JSON.stringify(list));
}

/** By the scripts of `deploy/argocd/argocd-cm.yaml`, in the order of the objects. */
export async function judgeByArgo(objects: readonly object[]): Promise<readonly ArgoVerdict[]> {
  const input = objects.map((object) => JSON.stringify(object)).join('\n');
  return lines<ArgoVerdict>({ command: await argocdProgram(), args: ['health', CONFIG_MAP] }, input);
}

async function lines<Line>(command: { command: string; args: readonly string[] }, input: string): Promise<Line[]> {
  const output = await runForOutput(command, input);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}
