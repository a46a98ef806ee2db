import { isSecretField, secretsIn } from './redact.ts';

/**
 * One JSON Patch operation; the server knows no others. `path` is in segments, so nobody has to escape them. `add`
 * creates and overwrites alike; `replace` of what is missing, or has its default, is refused.
 */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: readonly [string, ...string[]]; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: readonly [string, ...string[]] };

/** The body of a PATCH. */
export function patchText(operations: readonly PatchOperation[]): string {
  return JSON.stringify(operations.map((operation) => ({ ...operation, path: pointer(operation.path) })));
}

/**
 * Why the operations must not be sent, if so. The server decodes pointers twice but checks what it decoded once, so a
 * segment with `~0` or `~1` would write another entity, unchecked; and it takes `/` for an entity without a name.
 */
export function patchProblem(operations: readonly PatchOperation[]): string | undefined {
  if (operations.some(({ path }) => path[0] === '')) return 'an empty name cannot be written';
  const segment = operations.flatMap(({ path }) => path).find((part) => /~[01]/.test(part));
  return segment === undefined ? undefined : `"${segment}" contains ~0 or ~1, which OpenSearch cannot address`;
}

/** The secrets in a PATCH: those in its values, and values that a path puts into a secret field. */
export function secretsInPatch(operations: readonly PatchOperation[]): readonly string[] {
  return operations.flatMap((operation) => {
    if (operation.op === 'remove') return [];
    const { path, value } = operation;
    return secretsIn(isSecretPlace(path, value) ? { secret: value } : value);
  });
}

/** In a bulk PATCH the first segment is the name of an entity, whose whole value is no secret whatever it is called. */
function isSecretPlace(path: readonly string[], value: unknown): boolean {
  const [first = '', ...rest] = path;
  return rest.some(isSecretField) || (typeof value === 'string' && isSecretField(first));
}

function pointer(path: readonly string[]): string {
  return path.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
