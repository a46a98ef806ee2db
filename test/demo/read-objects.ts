import type { Kubectl } from './kubectl.ts';

/** One custom resource as the table shows it. */
export type ObjectRow = {
  readonly kind: string;
  readonly name: string;
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
};

type Item = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
};

/** All custom resources of a namespace, by kind and name. */
export async function readObjects(kubectl: Kubectl, namespace: string): Promise<ObjectRow[]> {
  const answer = await kubectl.run(['--namespace', namespace, 'get', 'opensearch-security', '--output', 'json']);
  const { items } = JSON.parse(answer) as { readonly items: readonly Item[] };
  return items.map(toRow).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Whether the operator has told of the newest spec of each that it is in force. */
export function areAllReady(rows: readonly ObjectRow[]): boolean {
  return rows.length > 0 && rows.every(({ ready }) => ready === 'True');
}

/** `Kind/name`. */
export function keyOf({ kind, name }: Pick<ObjectRow, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/** The cells of a row, in the order of `columns`. */
export function cellsOf({ kind, name, ready, reason, message }: ObjectRow): readonly string[] {
  return [kind, name, ready, reason, message];
}

/** The head of the table. */
export const columns: readonly string[] = ['KIND', 'NAME', 'READY', 'REASON', 'MESSAGE'];

function toRow({ kind, metadata, status }: Item): ObjectRow {
  const { name, generation } = metadata;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  // A status of an older generation says nothing about the present spec.
  if (ready === undefined || status?.observedGeneration !== generation)
    return { kind, name, ready: '-', reason: '-', message: 'not looked at yet' };
  return { kind, name, ready: ready.status, reason: ready.reason, message: ready.message };
}
