import type { Entity, Sharing } from '../kinds/kind.ts';

/** A shared entity, taken apart: each entry of a list by itself; what means something as a whole, and the description, whole. */
export type Entries = ReadonlyMap<Fingerprint, Entry>;

export interface Entry {
  readonly field: string;
  readonly value: string | readonly string[];
}

/** Names an entry in a few characters, since thousands of them are kept on record. */
export type Fingerprint = string;

type Fields = Pick<Sharing<never>, 'lists' | 'wholes'>;

export function toEntries(entity: Entity | undefined, { lists, wholes }: Fields): Entries {
  const entries = new Map<Fingerprint, Entry>();
  const put = (entry: Entry): void => void entries.set(fingerprint(entry), entry);
  for (const field of lists) for (const value of strings(entity?.[field])) put({ field, value });
  for (const field of wholes) if (strings(entity?.[field]).length > 0) put({ field, value: strings(entity?.[field]) });
  if (typeof entity?.['description'] === 'string' && entity['description'] !== '')
    put({ field: 'description', value: entity['description'] });
  return entries;
}

/** The entity of some entries; of several wholes of one field the first one counts. */
export function fromEntries(entries: Iterable<Entry>, { lists }: Fields): Entity {
  const entity: Record<string, string | readonly string[]> = {};
  for (const { field, value } of entries) {
    const present = entity[field];
    if (present === undefined) entity[field] = lists.includes(field) ? [String(value)] : value;
    else if (lists.includes(field)) entity[field] = [...(present as readonly string[]), String(value)];
  }
  return entity;
}

/** Whether anybody is named by it. */
export function namesSomebody(entries: Entries): boolean {
  return [...entries.values()].some(({ field }) => field !== 'description');
}

export function isWhole({ field }: Entry, { wholes }: Fields): boolean {
  return wholes.includes(field);
}

/** 64 bits of two FNV-1a hashes: enough to tell some thousand entries of one entity apart. */
function fingerprint({ field, value }: Entry): Fingerprint {
  const text = JSON.stringify([field, value]);
  return hash(text, 0x811c9dc5) + hash(text, 0x01000193);
}

function hash(text: string, seed: number): string {
  let state = seed;
  for (let index = 0; index < text.length; index += 1)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return state.toString(36);
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
