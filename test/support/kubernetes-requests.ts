/** What a request to a Kubernetes API server is about. */
export interface Place {
  readonly collection: string;
  /** Undefined: all namespaces. Empty: the object is in none. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly isStatus: boolean;
}

/** `/api/v1/namespaces/a/secrets/b`, `/apis/group/version/plural`, with or without namespace, name and `/status`. */
export function toPlace(path: string): Place {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3);
  if (parts[0] !== 'namespaces' || parts.length <= 2) {
    const [collection = '', name] = parts;
    return { collection, namespace: name === undefined ? undefined : '', name, isStatus: false };
  }
  const [, namespace, collection = '', name, subresource] = parts;
  return { collection, namespace, name, isStatus: subresource === 'status' };
}

/** RFC 7386. */
export function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
