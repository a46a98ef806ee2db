import type { Manifest } from '../deploy/chart.ts';
import { HOME } from '../support/rights.ts';
import type { AuditEvent } from './audit-log.ts';
import { nothing, sum, type Failure, type Tally } from './tally.ts';

/** What the operators of one API server were given, and all that they asked it for. */
export interface Lane {
  readonly title: string;
  /** As the chart renders it for this account. */
  readonly given: readonly Manifest[];
  readonly account: string;
  readonly events: readonly AuditEvent[];
}

/** A right, in words that are equal when it is the same one: the role that gives it, the resource and the verb. */
type Right = string;

/** The API server learns of a binding some time after it is made. */
const BINDING_MS = 1000;
const USER = `system:serviceaccount:${HOME}:`;

/** Whether a line of an audit log says something about rights: it is of an operator, binds a role or deletes a namespace. */
export function isAboutRights(line: string): boolean {
  return line.includes(`"${USER}`) || /"verb":"(create|delete)".*\{"resource":"(rolebindings|namespaces)"/.test(line);
}

/**
 * Judges the rights of the chart by what was asked for: nothing may have been refused, and all that is given must have been of
 * use, in one lane or another. What nobody uses counts as a failed test unless `unused` says why.
 *
 * @param unused the reason by right
 */
export function judgeRights(lanes: readonly Lane[], unused: Readonly<Record<Right, string>>): Tally {
  const used = new Set(lanes.flatMap(({ events }) => events.flatMap((event) => rightUsed(event) ?? [])));
  const given = new Set(lanes.flatMap(rightsGiven));
  const idle = [...given].filter((right) => !used.has(right) && !(right in unused));
  const outdated = Object.keys(unused).filter((right) => used.has(right) || !given.has(right));
  return sum([
    ...lanes.map(({ title, events }) => verdict(`no call is forbidden: ${title}`, forbidden(events))),
    verdict('every right of the chart is used', idle),
    verdict('every right that is said to be unused is given and is not', outdated),
  ]);
}

function verdict(what: string, problems: readonly string[]): Tally {
  const failures: readonly Failure[] =
    problems.length === 0 ? [] : [{ what: `rights: ${what}`, output: lines(problems) }];
  return { ...nothing, passed: 1 - failures.length, failed: failures.length, failures };
}

/** Each once, with how often. */
function lines(problems: readonly string[]): string {
  const counts = Map.groupBy(problems, (problem) => problem);
  return [...counts]
    .map(([problem, { length }]) => (length === 1 ? problem : `${problem} (${length} times)`))
    .join('\n');
}

/** Rights in a namespace go with it, and in one that is not the operator's first they come when somebody binds them there. */
function forbidden(events: readonly AuditEvent[]): readonly string[] {
  const [openings, endings] = [timesOf(events, isOpening), timesOf(events, isDeletionOfNamespace)];
  const isExpected = (event: AuditEvent): boolean => {
    const [namespace, atMs] = [event.objectRef?.namespace ?? '', timeOf(event)];
    const isEarly = namespace !== accountOf(event) && openings.get(namespace)?.some((ms) => atMs < ms + BINDING_MS);
    return isEarly === true || endings.get(namespace)?.some((ms) => atMs >= ms) === true;
  };
  return events
    .filter((event) => decisionOn(event) === 'forbid' && !isExpected(event))
    .map((event) => {
      const namespace = event.objectRef?.namespace ?? 'any';
      return `${askedFor(event)} in ${namespace === accountOf(event) ? 'the namespace it serves' : namespace}`;
    });
}

/** When something happened, by namespace. */
function timesOf(
  events: readonly AuditEvent[],
  isMeant: (event: AuditEvent) => boolean,
): ReadonlyMap<string | undefined, readonly number[]> {
  const grouped = Map.groupBy(events.filter(isMeant), ({ objectRef }) => objectRef?.namespace);
  return new Map([...grouped].map(([name, group]) => [name, group.map(timeOf)]));
}

function timeOf({ requestReceivedTimestamp }: AuditEvent): number {
  return Date.parse(requestReceivedTimestamp);
}

/** In the namespace that all operators share the rights of each are there before it starts. */
function isOpening({ verb, objectRef, responseStatus }: AuditEvent): boolean {
  const isNew = verb === 'create' && responseStatus?.code === 201;
  return isNew && objectRef?.resource === 'rolebindings' && objectRef.namespace !== HOME;
}

function isDeletionOfNamespace({ verb, objectRef }: AuditEvent): boolean {
  return verb === 'delete' && objectRef?.resource === 'namespaces';
}

function decisionOn({ user, annotations }: AuditEvent): string | undefined {
  return user.username.startsWith(USER) ? annotations?.['authorization.k8s.io/decision'] : undefined;
}

function accountOf({ user }: AuditEvent): string {
  return user.username.slice(USER.length);
}

/** The API server says which role it was that allowed a request. */
function rightUsed(event: AuditEvent): Right | undefined {
  const reason = event.annotations?.['authorization.k8s.io/reason'] ?? '';
  const [, kind, name] = / of (Role|ClusterRole) "([^"]*)"/.exec(reason) ?? [];
  if (decisionOn(event) !== 'allow' || kind === undefined || name === undefined) return undefined;
  return `${kind} ${name.replace(accountOf(event), '*')}: ${askedFor(event)}`;
}

function askedFor({ verb, objectRef, requestURI }: AuditEvent): string {
  if (objectRef === undefined) return `${verb} ${requestURI}`;
  const { apiGroup = '', resource, subresource } = objectRef;
  return spell(verb, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`);
}

function rightsGiven({ given, account }: Lane): readonly Right[] {
  return given.flatMap(({ kind, metadata, rules = [] }) => {
    const role = `${kind} ${metadata.name.replace(account, '*')}`;
    return rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${role}: ${spell(verb, group, resource)}`)),
      ),
    );
  });
}

function spell(verb: string, group: string, resource: string): string {
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}
