/**
 * The value of a Secret as its author meant it: editors and `echo` end a file with a line break, which nobody types when
 * logging in. Empty for one that is not there.
 */
export function secretText(value: string | undefined): string {
  return value?.replace(/\r?\n$/, '') ?? '';
}
