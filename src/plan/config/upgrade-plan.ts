/** One thing that an upgrade would change: the verb is about what is inside of the entity. */
export interface UpgradeAction {
  /** Such as `roles`. */
  readonly document: string;
  readonly verb: string;
  readonly name: string;
}

/** What the node that answers would change in the defaults, or why it does not say. */
export type UpgradeOffer =
  | { readonly type: 'offer'; readonly actions: readonly UpgradeAction[] }
  | { readonly type: 'unavailable'; readonly words: string };

/** An upgrade that was carried out or refused; it is on record so that the same is not done again and again. */
export interface UpgradeRecord {
  /** Of OpenSearch. */
  readonly version: string;
  readonly actions: readonly UpgradeAction[];
  /** The value of the annotation that asks to look again, as it was then. */
  readonly requestedAt?: string;
  /** Names that were left alone, since somebody declares them. */
  readonly skipped: readonly string[];
}

/** An object that wants the upgrade. */
export type UpgradeWish = Pick<UpgradeRecord, 'requestedAt'> & {
  /** Absent means all. */
  readonly components: readonly string[] | undefined;
};

export interface UpgradeView {
  readonly offer: UpgradeOffer;
  readonly version: string;
  readonly wish: UpgradeWish;
  readonly isDeclared: (action: UpgradeAction) => boolean;
  /** What was tried before. */
  readonly records: readonly UpgradeRecord[];
}

/** What is upgraded; absent means all that is offered, which is all that 2.x can do. */
export interface UpgradeScope {
  readonly configs: readonly string[];
  readonly entities: readonly string[];
}

export type UpgradePlan =
  | { readonly type: 'nothing' }
  /** The same was tried before. */
  | { readonly type: 'tried' }
  | {
      readonly type: 'hindered';
      readonly reason: 'DeclaredByRole' | 'Unsupported' | 'Refused' | 'Verifying';
      readonly why: string;
    }
  | {
      readonly type: 'perform';
      readonly scope: UpgradeScope | undefined;
      readonly record: UpgradeRecord;
    };

export function spellAction({ document, verb, name }: UpgradeAction): string {
  return `${document}: ${verb} ${name}`;
}

/** Whether and what to upgrade: once for each offer, and nothing that an object declares. Pure. */
export function planUpgrade({ offer, version, wish, isDeclared, records }: UpgradeView): UpgradePlan {
  if (offer.type === 'unavailable') return { type: 'hindered', reason: 'Refused', why: offer.words };
  const wanted = offer.actions.filter(({ document }) => wish.components?.includes(document) ?? true);
  if (wanted.length === 0) return { type: 'nothing' };
  const free = wanted.filter((action) => !isDeclared(action));
  const declared = wanted.filter(isDeclared);
  const others = offer.actions.length - wanted.length;
  const hindrance = hindranceTo({ version, free, declared, others });
  if (hindrance !== undefined) return hindrance;
  const record: UpgradeRecord = {
    version,
    actions: free,
    ...(wish.requestedAt === undefined ? {} : { requestedAt: wish.requestedAt }),
    skipped: namesOf(declared),
  };
  if (records.some((before) => isSame(before, record))) return { type: 'tried' };
  return { type: 'perform', scope: canBeNamed(version) ? scopeOf(free) : undefined, record };
}

/** From 3.x on single entities can be upgraded; before, it is all or nothing. */
function hindranceTo(parts: {
  readonly version: string;
  readonly free: readonly UpgradeAction[];
  readonly declared: readonly UpgradeAction[];
  readonly others: number;
}): UpgradePlan | undefined {
  const { version, free, declared, others } = parts;
  const names = namesOf(declared).join(', ');
  if (free.length === 0)
    return { type: 'hindered', reason: 'DeclaredByRole', why: `an object declares all that is offered: ${names}` };
  if (canBeNamed(version)) return undefined;
  if (declared.length > 0)
    return {
      type: 'hindered',
      reason: 'DeclaredByRole',
      why: `an object declares ${names}, and OpenSearch ${version} upgrades all or nothing (3.x can leave some out): delete the object, and make it anew with another spec.name if you need it`,
    };
  if (others > 0)
    return {
      type: 'hindered',
      reason: 'Unsupported',
      why: `spec.upgrade.components leaves out a part of what is offered, and OpenSearch ${version} upgrades all or nothing: needs OpenSearch 3.x`,
    };
  return undefined;
}

function canBeNamed(version: string): boolean {
  return Number(version.split('.')[0]) >= 3;
}

function scopeOf(actions: readonly UpgradeAction[]): UpgradeScope {
  return { configs: [...new Set(actions.map(({ document }) => document))].sort(), entities: namesOf(actions) };
}

function namesOf(actions: readonly UpgradeAction[]): readonly string[] {
  return [...new Set(actions.map(({ name }) => name))].sort();
}

function isSame(a: UpgradeRecord, b: UpgradeRecord): boolean {
  const key = ({ version, actions, requestedAt }: UpgradeRecord): string =>
    JSON.stringify([version, actions.map(spellAction).sort(), requestedAt ?? '']);
  return key(a) === key(b);
}
