import type { Canonical } from '../desired/canonical.ts';
import { byAge, toClaim, type Claim, type Secret } from '../desired/claim.ts';
import { refusalOf } from '../desired/permission.ts';
import { nobody } from '../commit/ownership.ts';
import { isDeleting, type ObjectKey, type Resource } from '../desired/resource.ts';
import type { Kind } from '../kinds/kind.ts';
import { decideSlot } from '../plan/decide-slot.ts';
import type { Decision, Live } from '../plan/slot.ts';
import type { Operation } from '../plan/operation.ts';
import type { Slot, SlotKey } from './claim-index.ts';
import type { Credentials } from './credentials.ts';
import type { Connection } from './resolve-settings.ts';
import type { Task } from './pass.ts';
import { namespaceOf } from '../plan/rivals.ts';
import { rivalsOf, TakenPlaces } from './rivals.ts';
import { isUnseen, settle, type SessionState } from './session-state.ts';
import type { Namespaces, World } from './world.ts';

/** What claims depend on besides the state of the session. */
export interface ClaimContext {
  readonly world: Pick<World, 'namespaces' | 'isServed'>;
  readonly credentials: Pick<Credentials, 'of' | 'prepare'>;
  /** Absent where all may be written. */
  readonly onlyRemovals?: boolean;
}

/** The claim of a resource while nothing can be asked of the cluster. */
export function claimApart({ connection }: SessionState, resource: Resource, namespaces: Namespaces): Claim {
  if (connection === undefined) return toClaim(resource, {});
  return toClaim(resource, { refusal: refusalOf(resource, connection, namespaces.labels(resource.namespace)) });
}

/** The claim of a resource: refused where the connection does not permit it, with what it needs of others. */
function claimOf(state: SessionState, resource: Resource, { world, credentials }: ClaimContext): Claim {
  const { connection } = state;
  if (connection === undefined) return toClaim(resource, {});
  const refusal = refusalOf(resource, connection, world.namespaces.labels(resource.namespace));
  const needsSecret =
    refusal === undefined && resource.kind.credential !== undefined && isEnforced(resource, connection);
  return toClaim(resource, {
    refusal,
    credential: needsSecret ? credentials.of(resource, connection) : undefined,
    missing: missingReference(state, resource),
  });
}

function isEnforced(resource: Resource, { spec }: Connection): boolean {
  if (resource.paused || isDeleting(resource)) return false;
  return spec.managementPolicy !== 'Observe' && resource.spec.managementPolicy !== 'Observe';
}

function missingReference({ documents, disabled }: SessionState, { kind, spec }: Resource): string | undefined {
  const missing = kind
    .references(spec as never)
    // What we may not read may be there: the server knows.
    .filter(({ document, isRequired }) => isRequired && !disabled.has(`GET ${document}`))
    .filter(({ document, name }) => documents.get(document, name) === undefined)
    .map(({ name }) => `"${name}"`);
  if (missing.length === 0) return undefined;
  return `waiting for ${missing.length === 1 ? 'the role' : 'the roles'} ${missing.join(', ')}, which OpenSearch does not have: create ${missing.length === 1 ? 'it' : 'them'}`;
}

/**
 * The dirty slots of one kind with what to do about them. With `add`, all but removals; as many operations as one batch
 * may hold, edits first, and of names that were just written no more than leaves the batch short.
 */
export function planTasks(
  state: SessionState,
  kind: Kind,
  options: ClaimContext & { readonly only: Operation['type'] },
): readonly Task[] {
  const tasks: Task[] = [];
  const places = new TakenPlaces(tasks, state.connection?.namespace);
  let operations = 0;
  const mostAgain = options.only === 'add' ? state.batchLimits.again(kind) : kind.maxOperations;
  const writtenMs = (slot: SlotKey): number => state.recentWrites.writtenMs(slot);
  for (const ticket of state.dirty.tickets(kind.document, writtenMs)) {
    const isAgain = ticket.priority === 'edit' && writtenMs(ticket.slot) > 0;
    if (isAgain && operations >= mostAgain) continue;
    const slot = state.index.slot(ticket.slot);
    if (slot === undefined) settle(state, ticket);
    const task = slot === undefined || isUnseen(state, slot) ? undefined : taskOf(state, { ticket, slot }, options);
    if (task === undefined) continue;
    operations += places.put(task);
    if (operations >= kind.maxOperations) break;
  }
  return tasks;
}

/** Undefined when it is not its turn, and when something has to be known first: whoever finds that out makes the slot dirty again. */
function taskOf(
  state: SessionState,
  { ticket, slot }: Pick<Task, 'ticket' | 'slot'>,
  options: ClaimContext & { readonly only: Operation['type'] },
): Task | undefined {
  const turn = turnOf(slot);
  if (turn !== 'either' && turn !== options.only) return undefined;
  const decision = decisionOf(state, slot, options);
  if (decision === undefined || !isComplete(decision)) {
    if (decision !== undefined) prepare(state, slot, { decision, credentials: options.credentials });
    state.dirty.done(ticket);
    return undefined;
  }
  if (turn === 'either' && (decision.operation?.type === 'remove') !== (options.only === 'remove')) return undefined;
  return { ticket, slot, seen: new Map(slot.claimants), decision };
}

/** What can come of a slot, as far as it can be told without deciding: thousands wait while one batch is planned. */
function turnOf({ kind, claimants }: Slot): Operation['type'] | 'either' {
  if (kind.sharing !== undefined) return 'either';
  const leaving = [...claimants.values()].filter(isDeleting).length;
  if (leaving === 0) return 'add';
  return leaving === claimants.size ? 'remove' : 'either';
}

/** Nothing while something that it depends on is still being read. */
function decisionOf(state: SessionState, slot: Slot, context: ClaimContext): Decision | undefined {
  const claims = [...slot.claimants.values()].map((resource) => claimOf(state, resource, context));
  return claims.every(({ desired }) => desired.type !== 'unknown')
    ? decide(state, slot, { claims, ...context })
    : undefined;
}

function decide(
  state: SessionState,
  slot: Slot,
  { claims, world, onlyRemovals }: ClaimContext & { readonly claims: readonly Claim[] },
): Decision {
  const { document } = slot.kind;
  const { owner, parts } = state.ledger?.owners.ownershipOf(document, slot.name) ?? nobody;
  const live = state.documents.get(document, slot.name);
  const leaving = claims.filter(({ resource }) => isDeleting(resource));
  const isOwnerLeaving = slot.kind.sharing === undefined && leaving.some(({ key }) => key === owner);
  const isHeirless = onlyRemovals === true && isOwnerLeaving && !hasEqualHeir(state, claims, live);
  return decideSlot({
    kind: slot.kind,
    name: slot.name,
    claims: isHeirless ? leaving : claims,
    live,
    rivals: rivalsOf(state, slot),
    home: state.connection?.namespace,
    owner,
    parts,
    unseen: new Set([...parts.keys(), owner ?? []].flat().filter((key) => !world.isServed(namespaceOf(key) ?? ''))),
    isUnrecorded: state.unrecorded.has(slot.key),
    refusal: state.refusals.get(slot.key),
    secretInForce: secretInForce(state, slot, owner),
    isObserving: state.connection?.spec.managementPolicy === 'Observe',
    self: state.self,
  });
}

/**
 * Whether the heir declares just what is there, and may soon be written again. Others cannot inherit where they cannot be
 * written: what the owner declared would stay in force under that name.
 */
function hasEqualHeir({ connection }: SessionState, claims: readonly Claim[], live: Live | undefined): boolean {
  if (connection === undefined || isDeleting(connection)) return false;
  const alive = claims.filter(({ resource }) => !isDeleting(resource)).toSorted(byAge);
  const desired = alive.find((claim) => claim.desired.type !== 'stalled')?.desired;
  return desired?.type === 'entity' && desired.secret === undefined && desired.canonical === live?.canonical;
}

/** Whether all is there that its operation needs. */
function isComplete({ operation }: Decision): boolean {
  return operation?.type !== 'add' || operation.secret === undefined || operation.secret.value !== undefined;
}

function prepare(
  { connection }: SessionState,
  { claimants }: Slot,
  { decision, credentials }: { readonly decision: Decision; readonly credentials: ClaimContext['credentials'] },
): void {
  for (const key of decision.subjects ?? []) {
    const resource = claimants.get(key);
    if (resource !== undefined && connection !== undefined) credentials.prepare(resource, connection, 'edit');
  }
}

interface SecretContext extends ClaimContext {
  readonly state: SessionState;
}

/**
 * The owner of a name with a secret part, if what it declares is in force as far as is known, and the server would take
 * it if it had to be written once more.
 */
export function ownedSecret(
  { state, world, credentials }: SecretContext,
  slot: Slot,
): { readonly resource: Resource; readonly canonical: Canonical; readonly secret: Secret } | undefined {
  const owner = state.ledger?.owners.ownerOf(slot.kind.document, slot.name);
  const resource = owner === undefined ? undefined : slot.claimants.get(owner);
  if (resource === undefined) return undefined;
  const { desired, missing } = claimOf(state, resource, { world, credentials });
  if (desired.type !== 'entity' || desired.secret === undefined || missing !== undefined) return undefined;
  const { canonical, secret } = desired;
  const live = state.documents.get(slot.kind.document, slot.name);
  const isWritable = live?.canonical === canonical && live.protection === undefined;
  return isWritable && secretInForce(state, slot, owner) === secret.version
    ? { resource, canonical, secret }
    : undefined;
}

/** How a name stands that somebody declares. */
export interface Standing {
  /** It is in force as declared, or about to be, as far as is known. */
  readonly isGranted: boolean;
  /** Of its secret part that we wrote last. */
  readonly version: string | undefined;
}

/** @returns nothing for a name that nobody declares, or nobody who may have it */
export function standingOf({ state, world, credentials }: SecretContext, key: SlotKey): Standing | undefined {
  const slot = state.index.slot(key);
  if (slot === undefined) return undefined;
  const { document } = slot.kind;
  const isOwned = state.ledger?.owners.ownerOf(document, slot.name) !== undefined;
  const version = isOwned ? state.secretsInForce.get(key) : undefined;
  if (state.disabled.has(`GET ${document}`) || state.disabled.has(`PATCH ${document}`))
    return { isGranted: false, version };
  const decision = decisionOf(state, slot, { world, credentials });
  if (decision === undefined) return { isGranted: true, version };
  const told = [...decision.outcomes.values()].map(({ type }) => type);
  const isGranted = told.includes('applied');
  return isGranted || told.includes('waiting') ? { isGranted, version } : undefined;
}

/**
 * Nobody knows what a name has that is nobody's: it may have been changed since it was ours. After a restart the status of
 * the owner is all that is known; checks follow.
 */
function secretInForce(
  { secretsInForce, hasMoved }: SessionState,
  { key, claimants }: Slot,
  owner: ObjectKey | undefined,
): string | undefined {
  if (owner === undefined) return undefined;
  const told = hasMoved ? undefined : claimants.get(owner)?.status.secretVersion;
  return secretsInForce.get(key) ?? told;
}
