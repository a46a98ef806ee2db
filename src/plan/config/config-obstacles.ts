import { stalled, type Outcome } from '../outcome.ts';
import { differingPointers, unitOf } from './config-change.ts';
import { isDefault, isEquivalent, isNothing, MASK } from './defaults.ts';
import { unknownKeys } from './known-keys.ts';
import type { ConfigClaim, ConfigView } from './config-view.ts';
import { isWithin, leavesOf, pathOf, valueAt, type ConfigTree, type Leaves, type Pointer } from './tree.ts';

/** What somebody else set to something is not overwritten unasked. */
export function adoptionObstacle({ live, parts }: ConfigView, wish: ConfigClaim, leaves: Leaves): Outcome | undefined {
  const policy = wish.claim.resource.spec.adoptionPolicy ?? 'IfIdentical';
  if (policy === 'Always') return undefined;
  const ours = [...parts.values()].flat();
  const foreign = [...leaves].filter(([pointer, value]) => {
    const present = valueAt(live, pathOf(pointer));
    if (present === undefined || isDefault(pointer, present) || isNothing(pointer, value)) return false;
    if (ours.some((own) => isWithin(pointer, own))) return false;
    return policy === 'Never' || !isEquivalent(pointer, present, value);
  });
  const lost = wish.isReplacing && !parts.has(wish.claim.key) ? lostByReplacing(live, leaves) : [];
  const pointers = [...foreign.map(([pointer]) => pointer), ...lost];
  if (pointers.length === 0) return undefined;
  const advice =
    policy === 'Never'
      ? 'spec.adoptionPolicy is Never'
      : 'set spec.adoptionPolicy to Always to take it over and correct it';
  return stalled(
    'AlreadyExists',
    `set to something else in OpenSearch: ${pointers.slice(0, 10).join(', ')}; ${advice}`,
  );
}

function lostByReplacing(live: ConfigTree, leaves: Leaves): readonly Pointer[] {
  const present = leavesOf(live['dynamic'], '/dynamic');
  const unknown = unknownKeys(present);
  return [...present]
    .filter(([pointer, value]) => !leaves.has(pointer) && !isDefault(pointer, value))
    .filter(([pointer]) => !unknown.some((key) => isWithin(pointer, key)))
    .map(([pointer]) => pointer);
}

/** What one object changes. */
export interface Step {
  readonly before: ConfigTree;
  readonly after: ConfigTree;
  /** What differs. */
  readonly units: readonly Pointer[];
}

/** What is sent is sent whole, and would lose a password that is not shown to us; the same when it is put back. */
export function maskedUnit({ before, after, units }: Step, isWhole: boolean): Pointer | undefined {
  const sent = isWhole ? [...units, '/dynamic'] : units;
  const leaves = sent.flatMap((at) => [before, after].flatMap((tree) => [...leavesOf(valueAt(tree, pathOf(at)), at)]));
  const masked = leaves.find(([, value]) => value === MASK)?.[0];
  return masked && (unitOf(masked) ?? masked);
}

/** Of passwords, and what to do. */
export const CERTIFICATE_ONLY =
  "OpenSearch shows it to an administrator's certificate only: log in with a client certificate listed in plugins.security.authcz.admin_dn";

export function hiddenPassword(unit: Pointer): string {
  return `${unit} holds a password, and would lose it, since ${CERTIFICATE_ONLY}`;
}

export function observed({ before, after, units }: Step): Outcome {
  const plannedChanges = units.flatMap((unit) =>
    differingPointers(unit, before, after).map((at) => {
      const verb =
        valueAt(after, pathOf(at)) === undefined
          ? 'remove'
          : valueAt(before, pathOf(at)) === undefined
            ? 'add'
            : 'change';
      return `${verb} ${at}`.slice(0, 1024);
    }),
  );
  return { type: 'observed', resourceName: 'config', plannedChanges };
}
