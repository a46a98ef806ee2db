import { conditionOf, type KindName, type LiveObject } from '../support/scenario.ts';
import type { Phase, Specimen } from './collect.ts';

/** What the judges have to make of an object in a phase. */
export interface Expected {
  readonly kstatus: 'InProgress' | 'Current' | 'Failed' | 'Terminating';
  readonly argo: 'Progressing' | 'Healthy' | 'Degraded' | 'Suspended';
  /** The rules of the checker of Flux are about a status that a controller has written for the object as it is now. */
  readonly isReconciled: boolean;
  readonly kinds: readonly KindName[];
}

/** All kinds, in the order of the table. */
const KINDS: readonly KindName[] = [
  'OpenSearchConnection',
  'OpenSearchActionGroup',
  'OpenSearchTenant',
  'OpenSearchRole',
  'OpenSearchUser',
  'OpenSearchRoleMapping',
  'OpenSearchSecurityConfig',
];
/** A connection cannot be paused, and Observe on it is one of its ways to be ready. */
const RESOURCES = KINDS.slice(1);

const progressing = { kstatus: 'InProgress', argo: 'Progressing', isReconciled: true, kinds: KINDS } as const;
const ready = { kstatus: 'Current', argo: 'Healthy', isReconciled: true, kinds: KINDS } as const;

export const EXPECTED: Readonly<Record<Phase, Expected>> = {
  fresh: { ...progressing, isReconciled: false },
  'new generation': { ...progressing, isReconciled: false },
  waiting: progressing,
  unreachable: { ...progressing, kinds: ['OpenSearchConnection'] },
  ready,
  observed: { ...ready, kinds: RESOURCES },
  stalled: { kstatus: 'Failed', argo: 'Degraded', isReconciled: true, kinds: KINDS },
  paused: { kstatus: 'Current', argo: 'Suspended', isReconciled: true, kinds: RESOURCES },
  'edited while paused': { kstatus: 'InProgress', argo: 'Suspended', isReconciled: true, kinds: RESOURCES },
  deleting: { kstatus: 'Terminating', argo: 'Progressing', isReconciled: true, kinds: KINDS },
};

/** Each kind in each phase that it has. */
export const CASES: readonly { readonly kind: KindName; readonly phase: Phase; readonly expected: Expected }[] =
  KINDS.flatMap((kind) =>
    (Object.keys(EXPECTED) as Phase[])
      .map((phase) => ({ kind, phase, expected: EXPECTED[phase] }))
      .filter(({ expected }) => expected.kinds.includes(kind)),
  );

/** What Argo CD has to show beside the health: the words of the operator, as soon as it has some. */
export function argoMessage({ phase, object }: Pick<Specimen, 'phase' | 'object'>): string {
  const { isReconciled, argo } = EXPECTED[phase];
  if (!isReconciled) return `the operator has not seen generation ${object.metadata.generation} yet`;
  return messageOf(object, argo === 'Suspended' ? 'Paused' : 'Ready');
}

function messageOf(object: LiveObject, type: string): string {
  const condition = conditionOf(object, type);
  if (condition === undefined) throw new Error(`${object.metadata.name} has no condition ${type}`);
  return condition.message;
}
