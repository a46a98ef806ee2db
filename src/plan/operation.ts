import jsonPatch from 'fast-json-patch';
import type { Canonical } from '../desired/canonical.ts';
import type { Secret } from '../desired/claim.ts';

/**
 * One change of one entity. `add` with the whole value creates and overwrites alike; the server refuses `replace` of
 * what is not there and of a field that has its default.
 */
export type Operation =
  | {
      readonly type: 'add';
      readonly name: string;
      readonly value: Canonical;
      /** Goes into the request and nowhere else. */
      readonly secret?: Secret;
    }
  | { readonly type: 'remove'; readonly name: string };

/** The operation as JSON Patch text. */
export function operationJson(operation: Operation): string {
  const path = JSON.stringify(`/${jsonPatch.escapePathComponent(operation.name)}`);
  return operation.type === 'add'
    ? `{"op":"add","path":${path},"value":${withSecret(operation)}}`
    : `{"op":"remove","path":${path}}`;
}

/** The body of one bulk PATCH. */
export function patchBody(operations: readonly Operation[]): string {
  return `[${operations.map(operationJson).join(',')}]`;
}

/** What goes into a request and nowhere else. */
export function secretsOf(operations: readonly Operation[]): readonly string[] {
  return operations.flatMap((operation) => (operation.type === 'add' ? (operation.secret?.value ?? []) : []));
}

/** The field that is sent empty where an entity has no other: nothing else in a canonical spelling is empty. */
const PLACEHOLDER = /^\{"\w+":(?:\[\]|"")\}$/;

/** With a secret there is no need for a placeholder, and the server takes each empty field for a change. */
function withSecret({ value, secret }: Extract<Operation, { type: 'add' }>): string {
  if (secret === undefined) return value;
  if (secret.value === undefined) throw new Error('the secret part of an operation was not computed before it is sent');
  const field = `${JSON.stringify(secret.field)}:${JSON.stringify(secret.value)}`;
  return value === '{}' || PLACEHOLDER.test(value) ? `{${field}}` : `${value.slice(0, -1)},${field}}`;
}
