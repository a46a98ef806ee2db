import { nobody } from '../commit/ownership.ts';
import { byAge } from '../desired/claim.ts';
import { objectKey, type ObjectKey } from '../desired/resource.ts';
import type { Rival } from '../plan/slot.ts';
import { slotKeyOf, type Slot, type SlotKey } from './claim-index.ts';
import type { Task } from './pass.ts';
import type { SessionState } from './session-state.ts';

/**
 * The other names in OpenSearch that come to the same place as that of a slot, with who owns them. Those that are only
 * declared do not count: anybody may declare any number of them.
 */
export function rivalsOf(state: SessionState, { name, kind: { document, place } }: Slot): readonly Rival[] {
  return state.documents
    .namesBeside(document, name)
    .filter((other) => place?.isShared(name, other) === true)
    .map((other) => ({ name: other, owner: ownerOf(state, slotKeyOf(document, other)) }));
}

/** What the connection's own namespace declares is about to be its own, if it is nobody's. */
function ownerOf({ ledger, index, connection }: SessionState, key: SlotKey): ObjectKey | undefined {
  const slot = index.slot(key);
  if (slot === undefined) return undefined;
  const { owner } = ledger?.owners.ownershipOf(slot.kind.document, slot.name) ?? nobody;
  const home = [...slot.claimants.values()].find(({ namespace }) => namespace === connection?.namespace);
  return owner ?? (home && objectKey(home));
}

/** The tasks of one batch that come to one place: only one of them may go, and the others see it there afterwards. */
export class TakenPlaces {
  readonly #tasks: Task[];
  readonly #home: string | undefined;
  readonly #at = new Map<string, number>();

  /** @param home the namespace of the connection, which goes before others */
  constructor(tasks: Task[], home: string | undefined) {
    [this.#tasks, this.#home] = [tasks, home];
  }

  /** Puts a task among the others, or in the place of one that has to wait for it. @returns how many operations there are more */
  put(task: Task): 0 | 1 {
    const { operation } = task.decision;
    const place = operation?.type === 'add' ? task.slot.kind.place?.of(task.slot.name) : undefined;
    const at = place === undefined ? undefined : this.#at.get(place);
    const before = at === undefined ? undefined : this.#tasks[at];
    if (at !== undefined && before !== undefined) {
      if (this.#goesBefore(task, before)) this.#tasks[at] = task;
      return 0;
    }
    if (place !== undefined) this.#at.set(place, this.#tasks.length);
    this.#tasks.push(task);
    return operation === undefined ? 0 : 1;
  }

  #goesBefore(task: Task, other: Task): boolean {
    const [winner, rival] = [winnerOf(task), winnerOf(other)];
    if (winner === undefined || rival === undefined) return false;
    const isHome = winner.resource.namespace === this.#home;
    if (isHome !== (rival.resource.namespace === this.#home)) return isHome;
    return byAge(winner, rival) < 0;
  }
}

function winnerOf({ decision, seen }: Task): Parameters<typeof byAge>[0] | undefined {
  const [key] = decision.subjects ?? [];
  const resource = key === undefined ? undefined : seen.get(key);
  return key === undefined || resource === undefined ? undefined : { key, resource };
}
