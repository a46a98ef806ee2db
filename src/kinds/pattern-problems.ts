import { javaRegexProblem } from './java-regex.ts';
import type { ListsByPath } from './spec-problems.ts';

/**
 * Entries that the plugin takes for a regular expression, which is what stands between slashes, and that Java cannot
 * compile. The server stores them: 2.x then loads the document on no node, whoever wrote the rest of it, and 3.x
 * silently leaves them out. Source: org.opensearch.security.support.WildcardMatcher.
 */
export function patternProblems(lists: ListsByPath): readonly string[] {
  return problemsOf(lists, problemOf);
}

/** The same where placeholders such as `${user.name}` are filled in before; refused is what no value makes right. */
export function templateProblems(lists: ListsByPath): readonly string[] {
  return problemsOf(lists, (entry) => {
    const problems = ['', 'x', '0'].map((value) => problemOf(entry.replaceAll(/\$\{[^{}]*\}/g, () => value)));
    return problems.includes(undefined) ? undefined : problems.at(-1);
  });
}

/** The same for field-level security, where `~` or the older `!` in front excludes a field. */
export function fieldProblems(lists: ListsByPath): readonly string[] {
  return problemsOf(lists, (entry) => problemOf(entry.replace(/^[~!]/, '')));
}

/** The same for masked fields: `field`, `field::algorithm`, or `field` and pairs of `::/regex/::replacement`. */
export function maskProblems(lists: ListsByPath): readonly string[] {
  return problemsOf(lists, (entry) => {
    const [field = '', ...rest] = entry.split('::');
    const expressions = rest.length > 1 ? rest.filter((_, index) => index % 2 === 0) : [];
    return [field, ...expressions].map(problemOf).find((problem) => problem !== undefined);
  });
}

function problemsOf(lists: ListsByPath, find: (entry: string) => string | undefined): readonly string[] {
  return Object.entries(lists).flatMap(([path, list]) =>
    list.flatMap((entry) => {
      const problem = find(entry);
      return problem === undefined
        ? []
        : [`${path} has "${entry}", which is no valid regular expression (${problem}): correct or remove it`];
    }),
  );
}

function problemOf(pattern: string): string | undefined {
  if (!pattern.startsWith('/') || !pattern.endsWith('/')) return undefined;
  return pattern.length < 2 ? 'a slash without a second one' : javaRegexProblem(pattern.slice(1, -1));
}
