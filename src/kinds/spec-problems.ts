import { javaRegexProblem } from './java-regex.ts';
import { matchesWildcard } from './wildcard.ts';

/** Lists of strings of one spec, keyed by the path that a person would look for. */
export type ListsByPath = Readonly<Record<string, readonly string[]>>;

/** Blank entries: 2.x stores them, 3.x refuses the whole request for them. */
export function blankProblems(lists: ListsByPath): readonly string[] {
  return Object.entries(lists)
    .filter(([, list]) => list.some((entry) => entry.trim() === ''))
    .map(([path]) => `${path} has a blank entry: remove it`);
}

/** `restapi:admin/*` can be granted in the YAML files of the cluster only; over REST the server refuses the plain text to everyone. */
export function adminActionProblems(lists: ListsByPath): readonly string[] {
  return Object.entries(lists)
    .filter(([, list]) => list.some((entry) => entry.startsWith('restapi:admin')))
    .map(
      ([path]) => `${path} grants restapi:admin permissions, which nobody may write over REST: set them in roles.yml`,
    );
}

/** What lets a user do what only the admin certificate may do. Source: RestApiAdminPrivilegesEvaluator of the plugin. */
const ADMIN_ACTIONS = `actiongroups allowlist config/update internalusers nodesdn ratelimiters
  resource_sharing/migrate roles rolesmapping rollback_version ssl/certs/info ssl/certs/reload tenants view_version`
  .split(/\s+/)
  .map((rest) => `restapi:admin/${rest}`);

/**
 * Permissions for the cluster that grant `restapi:admin/*` without saying so. The server refuses the plain text only, and of all
 * patterns it is `*` alone that does not count for it.
 */
export function adminPatternProblems(lists: ListsByPath): readonly string[] {
  return Object.entries(lists).flatMap(([path, list]) =>
    list
      .filter((entry) => entry !== '*' && !entry.startsWith('restapi:admin') && mayMatchAdminAction(entry))
      .map(
        (entry) =>
          `${path} has "${entry}", which may grant restapi:admin permissions, too: write "*", which does not, or a pattern that begins otherwise`,
      ),
  );
}

function mayMatchAdminAction(entry: string): boolean {
  const expression = /^\/(.*)\/$/s.exec(entry)?.[1];
  // One that Java cannot compile is told elsewhere.
  if (expression !== undefined)
    return javaRegexProblem(expression) === undefined && expression.split('|').some(mayBeginAdminAction);
  return ADMIN_ACTIONS.some((action) => matchesWildcard(entry, action));
}

/**
 * Whether an alternative of a regular expression may match what begins with `restapi:admin/`: unless it begins with plain
 * characters that say otherwise. To try it could take forever.
 */
function mayBeginAdminAction(alternative: string): boolean {
  const head = /^\^?((?:[\w:/-](?![*?{]))*)/.exec(alternative)?.[1] ?? '';
  return 'restapi:admin/'.startsWith(head) || head.startsWith('restapi:admin/');
}

/** Whether a permission names an action group: actions have a colon, patterns a wildcard or slashes around them. */
export function isGroupName(permission: string): boolean {
  return !/[:*?]|^\/.*\/$/.test(permission);
}
