import type { JsonValue } from '../generated/json-value.ts';

/** A document of the Security plugin: all resources of one type, written and reloaded as a whole. */
export type DocumentName = 'actiongroups' | 'tenants' | 'roles' | 'internalusers' | 'rolesmapping' | 'securityconfig';

/** One resource as the Security REST API holds it, without the flags that only the server sets. */
export type Entity = { readonly [field: string]: JsonValue };

/** Another resource of the same cluster that a spec names. */
export interface Reference {
  readonly document: DocumentName;
  readonly name: string;
  /** The server refuses the spec without it, so it is waited for; anything else is only told. */
  readonly isRequired: boolean;
}

/** Objects that claim one name share it: what they declare is united. */
export interface Sharing<Spec> {
  /** Fields of the entity whose entries each stand for themselves. */
  readonly lists: readonly string[];
  /** Fields that mean something as a whole only: two objects cannot declare different ones. */
  readonly wholes: readonly string[];
  /** Exclusive: what objects declare is the whole truth. Merge: what others put there stays. */
  readonly mode: (spec: Spec) => 'Exclusive' | 'Merge';
}

/** Where the secret part of an entity is kept, in the namespace of the object. */
export interface CredentialSource {
  readonly type: 'password' | 'hash' | 'generated';
  readonly secretName: string;
  readonly key: string;
  /** Of a password that is to be made, in characters. */
  readonly length: number;
}

/** Who the operator is in the cluster, as the cluster says. */
export interface Self {
  readonly name: string;
  readonly method: 'Basic' | 'ClientCertificate';
  /** An admin certificate opens every door, whatever roles and mappings say. */
  readonly isAdmin: boolean;
  readonly backendRoles: readonly string[];
  /** The roles that it holds there. */
  readonly roles: readonly string[];
}

/** One entity before and after a change; undefined where there is none. */
export interface Change {
  readonly live: Entity | undefined;
  readonly wanted: Entity | undefined;
}

/** What a spec reaches for, to be held against the grant of a connection. */
export interface Uses {
  readonly indexPatterns: readonly string[];
  readonly tenants: readonly string[];
  readonly actions: readonly string[];
  /** Roles that somebody is given by it. */
  readonly mappableRoles: readonly string[];
  /** What somebody is by it, by which the mappings of everybody go. */
  readonly backendRoles: readonly string[];
  /** Why it may read any index besides, in words that say what to do; absent when it may not. */
  readonly anyIndex?: string;
}

/** Where OpenSearch keeps what belongs to a name: who may use the one might read and write what belongs to another there. */
export interface Place {
  readonly of: (name: string) => string;
  /** Whether that is so of two names in one place. */
  readonly isShared: (name: string, other: string) => boolean;
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
  /** Most operations in one PATCH; larger ones cost the server more than linearly. */
  readonly maxOperations: number;
  /** The server loads all roles for each entry that changes, so that each takes it as long as the next. */
  readonly checksEach?: true;
  /** The server wants one of these even when it holds nothing; the first one is sent empty then. */
  readonly requiredFields: readonly [string, ...string[]];
  /** The value of an empty required field. */
  readonly emptyValue: '' | readonly [];
  /** The name in OpenSearch. */
  readonly resourceName: (metadataName: string, spec: Spec) => string;
  /** How two names can come to the same place in OpenSearch; absent where they cannot. */
  readonly place?: Place;
  readonly toEntity: (spec: Spec) => Entity;
  /** Spells alike what the server takes for the same; absent where it tells every spelling apart. */
  readonly normalize?: (entity: Entity) => Entity;
  /** What is wrong with the spec, in words that say what to do; empty when nothing is. */
  readonly problems: (name: string, spec: Spec) => readonly string[];
  /** The same for what only those may say whom the connection trusts: objects of its own namespace. */
  readonly foreignProblems?: (spec: Spec) => readonly string[];
  readonly uses: (spec: Spec) => Uses;
  /** The resources of the same cluster that the spec names. */
  readonly references: (spec: Spec) => readonly Reference[];
  /** Present where several objects may claim one name together; elsewhere the oldest has it alone. */
  readonly sharing?: Sharing<Spec>;
  /** Present where an entity has a part that is secret. */
  readonly credential?: (spec: Spec) => CredentialSource;
  /** Secrets in the namespace of the object that its spec names, besides that of `credential`. */
  readonly secrets?: (spec: Spec) => readonly string[];
  /** All objects together are one configuration, which is changed in a transaction and not in batches. */
  readonly isConfiguration?: true;
  /** What the operator would lose by a change of an entity that it depends on itself; undefined when nothing. */
  readonly cutsOff?: (name: string, change: Change, self: Self) => string | undefined;
}
