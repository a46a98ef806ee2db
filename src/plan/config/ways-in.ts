import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import type { Self } from '../../kinds/kind.ts';
import { differingPointers } from './config-change.ts';
import { versionGaps } from './version-gaps.ts';
import { isObject, pointerOf, valueAt, type ConfigTree } from './tree.ts';

/** What the operator could do if a change shut everybody out, and whose login proves that it did not. */
export interface Safety {
  readonly self: Self | undefined;
  /** A client certificate of an administrator is at hand, which gets in whatever the configuration says. */
  readonly hasWayBack: boolean;
  readonly hasProbes: boolean;
  /** Of OpenSearch, where it is known. */
  readonly version: string | undefined;
}

export interface Refusal {
  readonly reason: 'InvalidSpec' | 'Unsupported' | 'WouldLockOut';
  readonly message: string;
}

/** Source: the plugin's DynamicConfigModelV7, which skips a domain of another type without a word. */
const AUTHENTICATORS = ['basic', 'clientcert', 'extended-proxy', 'jwt', 'kerberos', 'openid', 'proxy', 'saml'];
const BACKENDS = ['intern', 'internal', 'ldap', 'ldap2', 'noop'];

interface Domain {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly order: number;
  readonly authenticator: string;
  readonly backend: string;
  /** Answers 401 to whoever comes without credentials for it, so that no later domain is asked. */
  readonly isChallenging: boolean;
}

/** These have nothing that they could ask for. Source: `reRequestAuthentication` of the plugin's authenticators. */
const SILENT = ['clientcert', 'extended-proxy', 'proxy'];

/** Why a configuration must not be put in force in place of another one; undefined when nothing is known against it. Pure. */
export function refusalOfConfig(live: ConfigTree, wanted: ConfigTree, safety: Safety): Refusal | undefined {
  const changed = changedDomains(live, wanted);
  const problems = [...changed.flatMap((domain) => domainProblems(domain, wanted)), ...authzProblems(live, wanted)];
  problems.push(...orderProblems(changed, domainsOf(wanted)));
  if (problems.length > 0) return { reason: 'InvalidSpec', message: problems.join('; ') };
  const gaps = changed.flatMap(({ name, isEnabled }) => {
    const domain = valueAt(wanted, ['dynamic', 'authc', name]);
    return isEnabled && isObject(domain) ? versionGaps(name, domain, safety.version) : [];
  });
  if (gaps.length > 0) return { reason: 'Unsupported', message: gaps.join('; ') };
  const loss = lossOf(live, wanted, safety);
  return loss === undefined ? undefined : { reason: 'WouldLockOut', message: `not written: ${loss}` };
}

/** New or changed domains with a provider of logins that are tried before another domain. */
export function providersThatComeFirst(live: ConfigTree, wanted: ConfigTree): readonly { name: string; url: string }[] {
  const last = Math.max(...domainsOf(wanted).map(({ order, isEnabled }) => (isEnabled ? order : -Infinity)));
  return changedDomains(live, wanted).flatMap(({ name, order, isEnabled }) => {
    const config = valueAt(wanted, ['dynamic', 'authc', name, 'http_authenticator', 'config']);
    const url = text(valueAt(config, ['openid_connect_url']) ?? valueAt(config, ['idp', 'metadata_url']));
    return isEnabled && order < last && url !== '' ? [{ name, url }] : [];
  });
}

function domainProblems({ name, authenticator, backend }: Domain, tree: ConfigTree): readonly string[] {
  const at = `dynamic.authc.${name}`;
  return [
    ...typeProblems(`${at}.http_authenticator.type`, authenticator, AUTHENTICATORS),
    ...typeProblems(`${at}.authentication_backend.type`, backend, BACKENDS),
    ...urlProblems(at, valueAt(tree, ['dynamic', 'authc', name, 'http_authenticator', 'config'])),
  ];
}

function authzProblems(live: ConfigTree, wanted: ConfigTree): readonly string[] {
  return membersOf(wanted, 'authz').flatMap(([name, domain]) => {
    if (differingPointers(pointerOf(['dynamic', 'authz', name]), live, wanted).length === 0) return [];
    const type = text(valueAt(domain, ['authorization_backend', 'type'])) || 'noop';
    return typeProblems(`dynamic.authz.${name}.authorization_backend.type`, type, BACKENDS);
  });
}

/** A name with a dot is that of a class, which only the server can know. */
function typeProblems(field: string, type: string, known: readonly string[]): readonly string[] {
  if (type === '') return [`${field} is missing: write one of ${known.join(', ')}`];
  if (known.includes(type) || type.includes('.')) return [];
  return [`${field} "${type}" is unknown to OpenSearch, which would skip the domain: write one of ${known.join(', ')}`];
}

function urlProblems(at: string, config: JsonValue | undefined): readonly string[] {
  const fields = [['openid_connect_url'], ['jwks_uri'], ['idp', 'metadata_url'], ['kibana_url']];
  return fields.flatMap((path) => {
    const url = valueAt(config, path) ?? valueAt(config, [path.join('.')]);
    if (url === undefined || (typeof url === 'string' && isWebAddress(url))) return [];
    return [`${at}.http_authenticator.config.${path.join('.')} is no address: write https://host/path`];
  });
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** The server keeps one domain of each order and drops the others without a word. */
function orderProblems(changed: readonly Domain[], all: readonly Domain[]): readonly string[] {
  return changed.flatMap(({ name, order, isEnabled }) => {
    const rival = all.find((other) => other.isEnabled && other.order === order && other.name !== name);
    if (!isEnabled || rival === undefined) return [];
    return [
      `dynamic.authc.${name}.order ${order} is that of ${rival.name}, too, and OpenSearch keeps only one of them: choose another`,
    ];
  });
}

function lossOf(live: ConfigTree, wanted: ConfigTree, safety: Safety): string | undefined {
  const [before, after] = [domainsOf(live).filter(canLogIn), domainsOf(wanted).filter(canLogIn)];
  if (before.length > 0 && after.length === 0) return 'no authentication domain would be left that lets anybody in';
  const isLosingUsers = before.some(isOfInternalUsers) && !after.some(isOfInternalUsers);
  if (isLosingUsers && !safety.hasProbes)
    return 'the last domain for internal users would go: name people who must still get in afterwards in spec.probes';
  return ownLoss(live, wanted, safety);
}

const WAY_BACK = 'give the connection a rescue.clientCertificate or log in with a client certificate';

/** Whoever logs in with a password needs the domain that it goes through, as it is, unless there is a way back. */
function ownLoss(live: ConfigTree, wanted: ConfigTree, { self, hasWayBack }: Safety): string | undefined {
  if (self === undefined || self.isAdmin || hasWayBack) return undefined;
  const type = self.method === 'Basic' ? 'basic' : 'clientcert';
  const own = domainsOf(live).filter((domain) => domain.isEnabled && domain.authenticator === type);
  const touched = own.find(
    ({ name }) => differingPointers(pointerOf(['dynamic', 'authc', name]), live, wanted).length > 0,
  );
  if (touched !== undefined)
    return `the operator itself may log in through dynamic.authc.${touched.name}, and could not put it back: ${WAY_BACK}`;
  const [barrier] = own
    .toSorted((a, b) => b.order - a.order)
    .flatMap((domain) => barrierBefore(domain, { live, wanted }) ?? []);
  if (barrier !== undefined)
    return `dynamic.authc.${barrier.name} would be asked before the operator's own domain, and turns away who has no credentials for it: set its http_authenticator.challenge to false or its order above ${barrier.before.order}, or ${WAY_BACK}`;
  const isOfDirectory = own.some(({ backend }) => !['intern', 'internal', 'noop'].includes(backend));
  if (
    (isOfDirectory || type === 'clientcert') &&
    differingPointers(pointerOf(['dynamic', 'authz']), live, wanted).length > 0
  )
    return `the operator may have its roles by dynamic.authz, and could not put it back: ${WAY_BACK}`;
  return undefined;
}

/** A domain of another type that would turn away, before this one is asked, who got to it until now. */
function barrierBefore(
  before: Domain,
  { live, wanted }: { readonly live: ConfigTree; readonly wanted: ConfigTree },
): { readonly name: string; readonly before: Domain } | undefined {
  const isBarrier = ({ isEnabled, isChallenging, authenticator, order }: Domain): boolean =>
    isEnabled && isChallenging && authenticator !== before.authenticator && order < before.order;
  if (domainsOf(live).some(isBarrier)) return undefined;
  const barrier = domainsOf(wanted).find(isBarrier);
  return barrier && { name: barrier.name, before };
}

function canLogIn({ isEnabled, authenticator, backend }: Domain): boolean {
  return isEnabled && AUTHENTICATORS.includes(authenticator) && BACKENDS.includes(backend);
}

function isOfInternalUsers({ authenticator, backend }: Domain): boolean {
  return authenticator === 'basic' && (backend === 'intern' || backend === 'internal');
}

function changedDomains(live: ConfigTree, wanted: ConfigTree): readonly Domain[] {
  return domainsOf(wanted).filter(
    ({ name }) => differingPointers(pointerOf(['dynamic', 'authc', name]), live, wanted).length > 0,
  );
}

function domainsOf(tree: ConfigTree): readonly Domain[] {
  return membersOf(tree, 'authc').map(([name, domain]) => ({
    name,
    isEnabled: domain['http_enabled'] !== false,
    order: typeof domain['order'] === 'number' ? domain['order'] : 0,
    authenticator: text(valueAt(domain, ['http_authenticator', 'type'])),
    backend: text(valueAt(domain, ['authentication_backend', 'type'])),
    isChallenging: isChallenging(domain),
  }));
}

function isChallenging(domain: JsonObject): boolean {
  const isSilent = SILENT.includes(text(valueAt(domain, ['http_authenticator', 'type'])));
  return !isSilent && valueAt(domain, ['http_authenticator', 'challenge']) !== false;
}

function membersOf(tree: ConfigTree, section: 'authc' | 'authz'): readonly [string, JsonObject][] {
  const members = valueAt(tree, ['dynamic', section]);
  return isObject(members)
    ? Object.entries(members).flatMap(([name, member]) => (isObject(member) ? [[name, member]] : []))
    : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
