import type { OpenSearchConnectionSpec } from '../generated/opensearch-connection.ts';
import type { Uses } from '../kinds/kind.ts';
import { joinedProblems } from '../kinds/unescaped-text.ts';
import { connectionOf, resourceName, type Resource } from './resource.ts';

/** What is known of a namespace. */
export type NamespaceLabels = Readonly<Record<string, string>>;

type Selector = NonNullable<NonNullable<OpenSearchConnectionSpec['allowedNamespaces']>['selector']>;
type NamespaceChoice = { readonly names?: readonly string[]; readonly selector?: Selector };
type Grant = NonNullable<OpenSearchConnectionSpec['grants']>[number];

/**
 * Why a resource may not use a connection; undefined when it may.
 *
 * A connection serves its own namespace. Others need its consent (`allowedNamespaces`; empty means none) and a grant
 * that covers what the resource claims: whoever writes a role into a shared cluster is an administrator of it.
 */
export function refusalOf(
  resource: Resource,
  connection: { readonly namespace: string; readonly spec: OpenSearchConnectionSpec },
  labels: NamespaceLabels | undefined,
): string | undefined {
  if (resource.namespace === connection.namespace) return undefined;
  const at = connectionOf(resource);
  const place = { name: resource.namespace, labels };
  if (!isChosen(connection.spec.allowedNamespaces ?? {}, place)) {
    return `the connection ${at} does not allow the namespace ${resource.namespace}: add it to spec.allowedNamespaces there`;
  }
  const problems = unescapedProblems(resource);
  if (problems.length > 0) return problems.join('; ');
  const advice = `have it added to spec.grants of the connection ${at}`;
  const grants = (connection.spec.grants ?? []).filter((grant) => isChosen(grant.namespaces, place));
  if (grants.length === 0)
    return `the connection ${at} grants nothing to the namespace ${resource.namespace}: add it to spec.grants there`;
  const ofKind = grants.filter(({ kinds }) => kinds.some((granted) => granted === resource.kind.kind));
  if (ofKind.length === 0) return `the grant does not include the kind ${resource.kind.kind}: ${advice}`;
  const refusals = ofKind.map((grant) => beyondGrant(resource, grant));
  const [refusal = ''] = refusals;
  return refusals.includes(undefined) ? undefined : `${refusal}: ${advice}`;
}

/** Grants compare whole texts. OpenSearch joins them with others, and what it reads then is another text. */
function unescapedProblems(resource: Resource): readonly string[] {
  const { kind, spec } = resource;
  const name = { [`the name of the ${kind.noun} in OpenSearch`]: [resourceName(resource)] };
  return [...joinedProblems(name), ...(kind.foreignProblems?.(spec as never) ?? [])];
}

function beyondGrant(resource: Resource, grant: Grant): string | undefined {
  const uses = resource.kind.uses(resource.spec as never);
  return (
    beyond('name', outside([resourceName(resource)], grant.names)) ??
    beyond('index pattern', outside(uses.indexPatterns, grant.indexPatterns)) ??
    beyondIndices(uses, grant) ??
    beyond('tenant', outside(uses.tenants, grant.tenants)) ??
    beyond('action', outside(uses.actions, grant.actions)) ??
    beyond('role', outside(uses.mappableRoles, grant.mappableRoles)) ??
    beyond('backend role', outside(uses.backendRoles, grant.backendRoles, matchesText))
  );
}

function beyondIndices({ anyIndex }: Uses, { indexPatterns }: Grant): string | undefined {
  return outside(['*'], indexPatterns) === undefined ? undefined : anyIndex;
}

function beyond(what: string, outside: string | undefined): string | undefined {
  return outside === undefined ? undefined : `the grant does not cover the ${what} "${outside}"`;
}

function outside(
  wanted: readonly string[],
  granted: readonly string[] = [],
  isCovered: (grant: string, pattern: string) => boolean = covers,
): string | undefined {
  return wanted.find((pattern) => !granted.some((grant) => isCovered(grant, pattern)));
}

/**
 * Whether all that `pattern` can match is matched by `grant`. `*` in a grant stands for any text, wildcards of the
 * pattern included; everything else must be equal. Regular expressions, date math and exclusions are covered by `*` only, and
 * so is a brace that belongs to no placeholder: OpenSearch may take more for a placeholder than we do.
 */
export function covers(grant: string, pattern: string): boolean {
  if (grant === '*') return true;
  if (/^[/<-]/.test(pattern) || grant.startsWith('/')) return false;
  const text = pattern.replaceAll(/\$\{[^{}]*\}/g, '*');
  return !/[{}]/.test(text) && matchesText(grant, text);
}

/** Whether a text, in which nothing means anything, is matched by `grant`. */
function matchesText(grant: string, text: string): boolean {
  const [prefix = '', ...rest] = grant.split('*');
  const suffix = rest.pop();
  if (suffix === undefined) return text === prefix;
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
  return holdsInOrder(text.slice(prefix.length), rest, suffix.length);
}

/** Whether a text holds some parts one after the other, with room for so many characters behind them. */
function holdsInOrder(text: string, parts: readonly string[], roomBehind: number): boolean {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + roomBehind <= text.length;
}

function isChosen(
  choice: NamespaceChoice,
  { name, labels }: { readonly name: string; readonly labels: NamespaceLabels | undefined },
): boolean {
  if (choice.names?.includes(name) === true) return true;
  // Labels that are not known might be any, so that no selector may choose by them.
  return choice.selector !== undefined && labels !== undefined && matches(choice.selector, labels);
}

/** A Kubernetes label selector; an empty one chooses nothing here, since consent has to be said. */
function matches(selector: Selector, labels: NamespaceLabels): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  if (wanted.length + expressions.length === 0) return false;
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => holds(expression, labels))
  );
}

function holds(
  { key, operator, values }: NonNullable<Selector['matchExpressions']>[number],
  labels: NamespaceLabels,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const isListed = value !== undefined && (values ?? []).includes(value);
  switch (operator) {
    case 'In':
      return isListed;
    case 'NotIn':
      return !isListed;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
