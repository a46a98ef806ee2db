import type { ListsByPath } from './spec-problems.ts';

/** Characters of a value, in a message. */
const MOST_TOLD = 100;

/**
 * Names and roles that OpenSearch would read as something else. It joins them with `,` and `|` and splits them again (tokens
 * on behalf of somebody, what it tells other plugins of a user), and puts them into queries between quotes
 * (`${user.roles}`), all without escaping. Source: OnBehalfOfAuthenticator, ThreadContextUserInfo and UserAttributes of the plugin.
 */
export function joinedProblems(lists: ListsByPath): readonly string[] {
  return problemsOf(lists, /[,|"\\\p{Cc}]|\$\{/u, 'a comma, |, a double quote, a backslash, ${ or a control character');
}

/** The same for values that are put into queries and nowhere else. */
export function quotedProblems(lists: ListsByPath): readonly string[] {
  return problemsOf(lists, /["\\\p{Cc}]|\$\{/u, 'a double quote, a backslash, ${ or a control character');
}

function problemsOf(lists: ListsByPath, isUnsafe: RegExp, what: string): readonly string[] {
  return Object.entries(lists).flatMap(([path, list]) => {
    const unsafe = list.find((entry) => isUnsafe.test(entry));
    if (unsafe === undefined) return [];
    return [
      `${path} ${JSON.stringify(unsafe.slice(0, MOST_TOLD))} holds ${what}, which OpenSearch does not escape: choose another, or declare it in the namespace of the connection`,
    ];
  });
}
