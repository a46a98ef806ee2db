import type { Login } from '../commit/config/config-api.ts';
import { toClaim } from '../desired/claim.ts';
import { refusalOf } from '../desired/permission.ts';
import { isDeleting, objectKey, type Resource } from '../desired/resource.ts';
import type { OpenSearchSecurityConfigSpec } from '../generated/opensearch-security-config.ts';
import { declaredLeaves } from '../plan/config/declared-leaves.ts';
import type { ConfigClaim } from '../plan/config/config-view.ts';
import type { Leaves } from '../plan/config/tree.ts';
import { stalled, waiting, type Outcome } from '../plan/outcome.ts';
import { secretValue, type SecretValue } from './secret-value.ts';
import type { SessionState } from './session-state.ts';
import type { World } from './world.ts';

/** A claim with the logins that prove it, and the version of all that it was made of. */
export interface ConfigWish extends Omit<ConfigClaim, 'refusal'> {
  readonly version: string;
  readonly probes: ReadonlyMap<string, Login>;
  /** Why some who must still get in cannot be asked for; empty when all can. */
  readonly unread: readonly string[];
  /** Values that came from Secrets. */
  readonly secrets: readonly string[];
}

/** What an object wants of the configuration; undefined while a Secret is being read. */
export function toConfigWish(resource: Resource, state: SessionState, world: World): ConfigWish | undefined {
  const spec = resource.spec as OpenSearchSecurityConfigSpec;
  const common = commonOf(resource);
  const none = (outcome: Outcome, proof: Proof): ConfigWish => {
    return { ...common, ...proof, secrets: [], declared: { type: 'none', outcome }, version: versionOf(resource) };
  };
  const nobody: Proof = { probes: new Map(), unread: [] };
  if (isDeleting(resource)) return none(waiting('Pending', ''), nobody);
  const early = earlyOutcome(resource, state, world);
  if (early?.type === 'stalled' && early.reason === 'NotPermitted') return none(early, nobody);
  const { namespace } = resource;
  const read = (name: string, key: string): SecretValue =>
    secretValue(world.references.secret(namespace, name), `${namespace}/${name}`, key);
  const logins = (spec.probes ?? []).map(
    ({ secretRef: { name } }) => [name, read(name, 'username'), read(name, 'password')] as const,
  );
  const values = (spec.valuesFrom ?? []).map(
    ({ path, secretKeyRef: { name, key } }) => [path, read(name, key)] as const,
  );
  const reads = [...values.map(([, value]) => value), ...logins.flatMap(([, ...both]) => both)];
  if (reads.some(({ type }) => type === 'unknown')) return undefined;
  const proof = proofOf(logins);
  if (early !== undefined) return none(early, proof);
  const missing = reads.find((one) => one.type === 'missing');
  if (missing !== undefined) return none(waiting('SecretNotFound', missing.message), proof);
  const texts = new Map(values.map(([path, value]) => [path, textOf(value)]));
  return {
    ...common,
    ...proof,
    declared: { type: 'leaves', leaves: declaredLeaves(spec, texts) },
    secrets: [...texts.values()],
    version: [versionOf(resource), ...new Set(reads.map((one) => (one.type === 'value' ? one.version : '')))].join('/'),
  };
}

type Proof = Pick<ConfigWish, 'probes' | 'unread'>;

/** Who must still get in must do so whatever else is wrong with the object. */
function proofOf(logins: readonly (readonly [name: string, user: SecretValue, password: SecretValue])[]): Proof {
  const isThere = ([, ...both]: (typeof logins)[number]): boolean => both.every(({ type }) => type === 'value');
  return {
    probes: new Map(
      logins
        .filter(isThere)
        .map(([name, user, password]) => [name, { username: textOf(user), password: textOf(password) }]),
    ),
    unread: logins.flatMap(([, ...both]) => both.flatMap((one) => (one.type === 'missing' ? [one.message] : []))),
  };
}

function commonOf(resource: Resource): Pick<ConfigWish, 'claim' | 'isReplacing' | 'hasProbes' | 'allowedKeys'> {
  const spec = resource.spec as OpenSearchSecurityConfigSpec;
  return {
    claim: { key: objectKey(resource), resource },
    isReplacing: spec.mode === 'Replace',
    hasProbes: (spec.probes ?? []).length > 0,
    allowedKeys: spec.allowUnknownKeys ?? [],
  };
}

/** An object that is made anew is another one, which was not tried yet. */
function versionOf({ uid, generation }: Resource): string {
  return `${uid}/${generation}`;
}

/** What cannot be had of this cluster is told and left out, whatever else is declared. */
export function withoutUnavailable(wish: ConfigWish, unavailable: ReadonlyMap<string, string>): ConfigWish {
  if (wish.declared.type === 'none') return wish;
  const root = [...unavailable.keys()].find((name) => hasRoot(wish.declared, name));
  if (root === undefined) return wish;
  const advice = ADVICE[root] ?? 'use a version that has it';
  const outcome = stalled(
    'Unsupported',
    `the cluster does not offer ${root} to the operator (${unavailable.get(root)}): ${advice}, or remove spec.${root}`,
  );
  return { ...wish, declared: { type: 'none', outcome } };
}

const ADVICE: Readonly<Record<string, string>> = {
  allowlist: 'log in with a client certificate listed in plugins.security.authcz.admin_dn',
  nodesDn:
    'set plugins.security.nodes_dn_dynamic_config_enabled to true on the nodes and log in with a client certificate listed in plugins.security.authcz.admin_dn',
  audit: 'switch on the reload of the audit configuration on the nodes, and allow the endpoint AUDIT',
};

/** Whether a wish says anything of a root of the tree. */
export function hasRoot(declared: ConfigWish['declared'], root: string): boolean {
  if (declared.type === 'none') return false;
  const leaves: Leaves = declared.leaves;
  return [...leaves.keys()].some((pointer) => pointer.startsWith(`/${root}/`));
}

/** Whether the connection takes what the object wants, and the object is no nonsense. */
export function isAdmitted(resource: Resource, state: SessionState, world: World): boolean {
  return earlyOutcome(resource, state, world) === undefined;
}

/** Why nothing may be changed: somebody who must still get in cannot be asked for. */
export function whyUnprovable(wishes: readonly ConfigWish[]): string | undefined {
  const [unread] = wishes.flatMap((wish) => wish.unread);
  return unread && `it could not be proved that somebody who must get in still does: ${unread}`;
}

/** Everybody who must still get in. */
export function probesOf(wishes: readonly ConfigWish[]): ConfigWish['probes'] {
  return new Map(wishes.flatMap(({ probes }) => [...probes]));
}

function earlyOutcome(resource: Resource, { connection }: SessionState, { namespaces }: World): Outcome | undefined {
  if (connection === undefined) return undefined;
  const { desired } = toClaim(resource, {
    refusal: refusalOf(resource, connection, namespaces.labels(resource.namespace)),
  });
  return desired.type === 'stalled' ? stalled(desired.reason, desired.message) : undefined;
}

function textOf(read: SecretValue): string {
  return read.type === 'value' ? read.text : '';
}
