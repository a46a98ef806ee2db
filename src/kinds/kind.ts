import type { JsonValue } from '../generated/json-value.ts';

/** A document of the Security plugin: all resources of one type, written and reloaded as a whole. */
export type DocumentName = 'actiongroups' | 'tenants' | 'roles' | 'internalusers' | 'rolesmapping';

/** One resource as the Security REST API holds it, without the flags that only the server sets. */
export type Entity = { readonly [field: string]: JsonValue };

/** Another resource of the same cluster that a spec names. */
export interface Reference {
  readonly document: DocumentName;
  readonly name: string;
}

/** What a spec reaches for, to be held against the grant of a connection. */
export interface Uses {
  readonly indexPatterns: readonly string[];
  readonly tenants: readonly string[];
  readonly actions: readonly string[];
  /** Roles that somebody is given by it. */
  readonly mappableRoles: readonly string[];
}

/**
 * All that the engine knows of a kind: data and small pure functions.
 * A new kind is one such value, its CRD and its tests; source of the rules: docs/security-api.md.
 */
export interface Kind<Spec = never> {
  /** The custom resource's kind and plural, as in its CRD. */
  readonly kind: string;
  readonly plural: string;
  readonly document: DocumentName;
  /** What the server calls one resource of this type. */
  readonly noun: string;
  /** Place in the order of writes, ascending; removals go the other way. */
  readonly order: number;
  /** Most operations in one PATCH; larger ones cost the server more than linearly. */
  readonly maxOperations: number;
  /** The server wants one of these even when it holds nothing; the first one is sent empty then. */
  readonly requiredFields: readonly [string, ...string[]];
  /** The value of an empty required field. */
  readonly emptyValue: '' | readonly [];
  /** The name in OpenSearch. */
  readonly resourceName: (metadataName: string, spec: Spec) => string;
  readonly toEntity: (spec: Spec) => Entity;
  /** What is wrong with the spec, in words that say what to do; empty when nothing is. */
  readonly problems: (name: string, spec: Spec) => readonly string[];
  readonly uses: (spec: Spec) => Uses;
  /** The resources of the same cluster that the spec names. */
  readonly references: (spec: Spec) => readonly Reference[];
}
