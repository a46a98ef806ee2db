import { byAge } from '../../desired/claim.ts';
import { hasFinalizer, isDeleting, type ObjectKey } from '../../desired/resource.ts';
import type { JsonValue } from '../../generated/json-value.ts';
import { isObserved, ownerName } from '../obstacles.ts';
import { stalled, type Outcome } from '../outcome.ts';
import type { Parts } from '../slot.ts';
import { auditProblems, isAuditKnown } from './audit-problems.ts';
import { changesBetween, isMemberUnit, unitOf, type ConfigChange } from './config-change.ts';
import { adoptionObstacle, hiddenPassword, maskedUnit, observed, type Step } from './config-obstacles.ts';
import type { ConfigClaim, ConfigView } from './config-view.ts';
import { keyProblems, withUnknownKeys } from './known-keys.ts';
import { isDefault, isEquivalent, isForgotten, isNothing } from './defaults.ts';
import { inForce, notShown, unseenOf } from './not-shown.ts';
import { isWithin, leavesOf, pathOf, valueAt, withValue, type ConfigTree, type Leaves, type Pointer } from './tree.ts';
import { refusalOfConfig } from './ways-in.ts';

export interface ConfigPlan {
  readonly wanted: ConfigTree;
  readonly changes: readonly ConfigChange[];
  /** The main document is written as a whole. */
  readonly isWhole: boolean;
  /** Whose wishes `changes` carry out. */
  readonly subjects: readonly ObjectKey[];
  readonly parts: Parts;
  /** What the server may object to. */
  readonly doubts: readonly string[];
  /** What to tell each object once the changes are in force. */
  readonly outcomes: ReadonlyMap<ObjectKey, Outcome>;
}

interface Draft {
  readonly tree: ConfigTree;
  readonly declared: ReadonlyMap<Pointer, { readonly value: JsonValue; readonly by: ObjectKey }>;
  readonly parts: Parts;
  readonly isWhole: boolean;
  readonly subjects: readonly ObjectKey[];
  readonly doubts: readonly string[];
  readonly outcomes: ReadonlyMap<ObjectKey, Outcome>;
}

/** Decides about the whole configuration of a cluster: the older objects first, each as far as it is safe. Pure. */
export function planConfig(view: ConfigView): ConfigPlan {
  const start: Draft = {
    tree: view.live,
    declared: new Map(),
    parts: view.parts,
    isWhole: false,
    subjects: [],
    doubts: [],
    outcomes: new Map(),
  };
  const sorted = [...view.claims].sort((a, b) => byAge(a.claim, b.claim));
  const isLeaving = ({ claim }: ConfigClaim): boolean => isDeleting(claim.resource);
  const staying = sorted.filter((claim) => !isLeaving(claim));
  const drafted = [...staying, ...sorted.filter(isLeaving)].reduce(
    (draft, claim) => (isLeaving(claim) ? leave(view, draft, claim) : join(view, draft, claim)),
    start,
  );
  const { tree, ...decided } = drafted;
  return { ...decided, wanted: tree, changes: changesBetween(view.live, tree) };
}

function join(view: ConfigView, draft: Draft, wish: ConfigClaim): Draft {
  const { claim, declared, refusal, held } = wish;
  if (held !== undefined) return tell(draft, claim.key, held);
  if (claim.resource.paused) return tell(draft, claim.key, { type: 'paused' });
  if (declared.type === 'none') return tell(draft, claim.key, declared.outcome);
  const leaves = new Map([...declared.leaves].filter(([pointer]) => !isForgotten(pointer)));
  const obstacle = obstacleTo(view, draft, { ...wish, leaves });
  const tree = put(draft, wish, leaves);
  const step = { ...stepTo(draft, tree), leaves };
  if (isObserved(view, claim.resource)) return tell(draft, claim.key, observed(step));
  if (obstacle !== undefined) return tell(draft, claim.key, obstacle);
  const danger = dangerOf(view, step, wish) ?? (step.units.length > 0 ? refusal : undefined);
  return danger === undefined ? joined(view, draft, { ...wish, step }) : tell(draft, claim.key, danger);
}

/** The draft with what an object declares, where nothing is against it. */
function joined(
  view: ConfigView,
  draft: Draft,
  { claim, isReplacing, step }: ConfigClaim & { readonly step: Step & { readonly leaves: Leaves } },
): Draft {
  const { after: tree, units, leaves } = step;
  const isChanging = units.length > 0;
  const before = draft.parts.get(claim.key) ?? [];
  const unseen = unseenOf(view.live, before).filter((pointer) => !leaves.has(pointer));
  const part = [...partOf({ live: view.live, tree, before }, leaves), ...unseen].sort();
  return {
    tree,
    declared: new Map([
      ...draft.declared,
      ...[...leaves].map(([pointer, value]) => [pointer, { value, by: claim.key }] as const),
    ]),
    parts: new Map([...draft.parts, [claim.key, part]]),
    isWhole: draft.isWhole || isWritingWhole(step, isReplacing),
    subjects: isChanging ? [...draft.subjects, claim.key] : draft.subjects,
    doubts: isChanging ? [...draft.doubts, ...auditProblems(leaves, view.live)] : draft.doubts,
    outcomes: new Map([...draft.outcomes, [claim.key, inForce(view, leaves, unseen)]]),
  };
}

/** Why it cannot be had as it is declared, whatever is there. */
function obstacleTo(
  view: ConfigView,
  draft: Draft,
  wish: ConfigClaim & { readonly leaves: Leaves },
): Outcome | undefined {
  const problems = [
    ...(isAuditKnown(view.safety.version) ? auditProblems(wish.leaves, view.live) : []),
    ...keyProblems(wish.leaves, view.live, wish.allowedKeys),
  ];
  if (problems.length > 0) return stalled('InvalidSpec', problems.join('; '));
  return clashOf(view, draft, wish) ?? adoptionObstacle(view, wish, wish.leaves);
}

function stalledMessage(outcome: Outcome | undefined): string | undefined {
  return outcome?.type === 'stalled' ? outcome.message : undefined;
}

function tell(draft: Draft, key: ObjectKey, outcome: Outcome): Draft {
  return { ...draft, outcomes: new Map([...draft.outcomes, [key, outcome]]) };
}

const STAYS = 'what it put into the security configuration stays in OpenSearch';

function policyToLeave(view: ConfigView, claim: ConfigClaim['claim']): string | undefined {
  if (isObserved(view, claim.resource)) return 'managementPolicy is Observe';
  return claim.resource.spec.deletionPolicy === 'Orphan' ? 'deletionPolicy is Orphan' : undefined;
}

/** Who goes takes along what it put there and nobody else declares; what must not go stays behind. */
function leave(view: ConfigView, draft: Draft, { claim, refusal: failed, held }: ConfigClaim): Draft {
  const { key, resource } = claim;
  if (!hasFinalizer(resource)) return draft;
  if (held !== undefined) return tell(draft, key, held);
  if (resource.paused) return tell(draft, key, { type: 'paused' });
  const part = draft.parts.get(key) ?? [];
  const gone = { ...draft, parts: new Map([...draft.parts].filter(([holder]) => holder !== key)) };
  const policy = policyToLeave(view, claim);
  if (policy !== undefined)
    return tell(gone, key, { type: 'released', ...(part.length === 0 ? {} : { leftBehind: `${STAYS}: ${policy}` }) });
  const tree = takeOut(gone, part);
  const step = stepTo(draft, tree);
  const danger = dangerOf(view, step, { hasProbes: false, isReplacing: false });
  const why = stalledMessage(danger) ?? stalledMessage(failed);
  if (why !== undefined) return tell(gone, key, { type: 'released', leftBehind: `${STAYS}: ${why}` });
  const subjects = step.units.length > 0 ? [...draft.subjects, key] : draft.subjects;
  const unseen = unseenOf(view.live, heldByNobody(gone, part));
  const released: Outcome =
    unseen.length === 0 ? { type: 'released' } : { type: 'released', leftBehind: `${STAYS}: ${notShown(unseen)}` };
  return tell({ ...gone, tree, subjects }, key, released);
}

/** The tree with what an object declares, and without what it declared before and no longer does. */
function put(draft: Draft, { claim, isReplacing }: ConfigClaim, leaves: Leaves): ConfigTree {
  const before = draft.parts.get(claim.key) ?? [];
  const others = { ...draft, parts: new Map([...draft.parts].filter(([holder]) => holder !== claim.key)) };
  const dropped = before.filter((pointer) => ![...leaves.keys()].some((kept) => isWithin(kept, pointer)));
  const cleared = isReplacing
    ? withUnknownKeys(withValue(draft.tree, ['dynamic'], {}), draft.tree, leaves)
    : takeOut(others, dropped);
  return [...leaves].reduce(
    (tree, [pointer, value]) => withLeaf(tree, pointer, isReplacing ? asKept(draft.tree, pointer, value) : value),
    cleared,
  );
}

/** As it is spelled now where that is the same: a password that is declared as asterisks stays what it is. */
function asKept(live: ConfigTree, pointer: Pointer, value: JsonValue): JsonValue {
  const present = valueAt(live, pathOf(pointer));
  return present !== undefined && isEquivalent(pointer, present, value) ? present : value;
}

function withLeaf(tree: ConfigTree, pointer: Pointer, value: JsonValue): ConfigTree {
  const path = pathOf(pointer);
  const present = valueAt(tree, path);
  if (isNothing(pointer, value) && present !== undefined) return tree;
  return isEquivalent(pointer, present, value) && present !== undefined ? tree : withValue(tree, path, value);
}

function takeOut(draft: Draft, pointers: readonly Pointer[]): ConfigTree {
  return heldByNobody(draft, pointers).reduce(
    (rest, pointer) => withValue(rest, pathOf(pointer), undefined),
    draft.tree,
  );
}

function heldByNobody({ parts, declared }: Draft, pointers: readonly Pointer[]): readonly Pointer[] {
  const held = [...[...parts.values()].flat(), ...declared.keys()];
  return pointers.filter((pointer) => !held.some((other) => isWithin(other, pointer) || isWithin(pointer, other)));
}

/** Two objects cannot want different values, nor one the whole and another one a part. */
function clashOf(view: ConfigView, draft: Draft, wish: ConfigClaim & { readonly leaves: Leaves }): Outcome | undefined {
  const older = [...draft.outcomes].filter(([, { type }]) => type === 'applied').map(([key]) => key);
  const replacing = view.claims.find(({ claim, isReplacing }) => isReplacing && older.includes(claim.key));
  const [first] = older;
  if (first !== undefined && (wish.isReplacing || replacing !== undefined)) {
    const holder = replacing?.claim.key ?? first;
    return stalled(
      'NameTaken',
      `mode Replace leaves no room for another object, and ${ownerName(holder)} declares a part of the configuration: use mode Merge in both, or one object`,
    );
  }
  for (const [pointer, value] of wish.leaves) {
    const rival = draft.declared.get(pointer);
    if (rival !== undefined && !isEquivalent(pointer, rival.value, value))
      return stalled(
        'NameTaken',
        `${pointer} is declared with another value by ${ownerName(rival.by)}: keep it in one of the two`,
      );
  }
  return undefined;
}

function stepTo({ tree: before }: Draft, after: ConfigTree): Step {
  return { before, after, units: changesBetween(before, after).map(({ pointer }) => pointer) };
}

/** What mode Replace changes of the main document is sent as all of it. */
function isWritingWhole({ units }: Step, isReplacing: boolean): boolean {
  return isReplacing && units.some((unit) => isWithin(unit, '/dynamic'));
}

function dangerOf(
  { safety }: ConfigView,
  step: Step,
  { hasProbes, isReplacing }: Pick<ConfigClaim, 'hasProbes' | 'isReplacing'>,
): Outcome | undefined {
  const masked = maskedUnit(step, isWritingWhole(step, isReplacing));
  if (masked !== undefined) return stalled('Unsupported', hiddenPassword(masked));
  const refusal = refusalOfConfig(step.before, step.after, { ...safety, hasProbes });
  return refusal && stalled(refusal.reason, refusal.message);
}

/** What the object answers for: its leaves, and each domain that it made or declares whole. */
function partOf(
  { live, tree, before }: { live: ConfigTree; tree: ConfigTree; before: readonly Pointer[] },
  leaves: Leaves,
): readonly Pointer[] {
  const units = new Set([...leaves.keys()].flatMap((pointer) => unitOf(pointer) ?? []).filter(isMemberUnit));
  const whole = [...units].filter((unit) => {
    if (before.includes(unit) || valueAt(live, pathOf(unit)) === undefined) return true;
    return [...leavesOf(valueAt(tree, pathOf(unit)), unit)].every(
      ([pointer, value]) => leaves.has(pointer) || isDefault(pointer, value),
    );
  });
  return [...new Set([...whole, ...leaves.keys()])].sort();
}
