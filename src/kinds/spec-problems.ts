/** Lists of strings of one spec, keyed by the path that a person would look for. */
export type ListsByPath = Readonly<Record<string, readonly string[]>>;

/** Blank entries: 2.x stores them, 3.x refuses the whole request for them. */
export function blankProblems(lists: ListsByPath): readonly string[] {
  return Object.entries(lists)
    .filter(([, list]) => list.some((entry) => entry.trim() === ''))
    .map(([path]) => `${path} has a blank entry: remove it`);
}

/** `restapi:admin/*` can be granted in the YAML files of the cluster only; over REST the server refuses it to everyone. */
export function adminActionProblems(lists: ListsByPath): readonly string[] {
  return Object.entries(lists)
    .filter(([, list]) => list.some((entry) => entry.startsWith('restapi:admin')))
    .map(
      ([path]) => `${path} grants restapi:admin permissions, which nobody may write over REST: set them in roles.yml`,
    );
}

/** Whether a permission names an action group: actions have a colon, patterns a wildcard or slashes around them. */
export function isGroupName(permission: string): boolean {
  return !/[:*?]|^\/.*\/$/.test(permission);
}
