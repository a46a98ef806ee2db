import type { OpenSearchClient } from './opensearch.ts';
import { objectWith, type RestRead, type RestWrite } from './rest-answer.ts';
import { ask, tell } from './rest-call.ts';

/** Names of entities whose defaults on the answering node's disk differ: the verb is about what is inside of them. */
export interface UpgradeActions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly modify?: readonly string[];
}

export interface UpgradeCheck {
  readonly status: string;
  readonly upgradeAvailable: boolean;
  /** By document; only `roles` so far. */
  readonly upgradeActions?: Readonly<Record<string, UpgradeActions>>;
}

export interface UpgradeResult {
  readonly status: string;
  readonly upgrades: Readonly<Record<string, UpgradeActions>>;
}

/** What is upgraded; all that is not named is left alone. */
export interface UpgradedParts {
  readonly configs?: readonly string[];
  readonly entities?: readonly string[];
}

/** To name parts is for 3.x; with it 2.x answers `unsupported`. */
export interface Upgrade {
  check(configs?: readonly string[], signal?: AbortSignal): Promise<RestRead<UpgradeCheck>>;
  /** Stores and loads nothing: flush the cache after it. `refused` when there is nothing to do. */
  perform(parts?: UpgradedParts, signal?: AbortSignal): Promise<RestRead<UpgradeResult>>;
}

/** From configurations of Elasticsearch 6, 2.x only; `refused` when that was done long ago. */
export interface Migration {
  validate(signal?: AbortSignal): Promise<RestRead<{ readonly message: string }>>;
  migrate(signal?: AbortSignal): Promise<RestWrite>;
}

export interface Upgrades {
  readonly upgrade: Upgrade;
  readonly migration: Migration;
}

/** @param api the path up to and with `/api` */
export function upgrades(client: OpenSearchClient, api: string): Upgrades {
  return {
    upgrade: {
      check: (configs = [], signal) => {
        const path = `${api}/_upgrade_check${query({ configs })}`;
        return ask(client, { method: 'GET', path, signal }, objectWith<UpgradeCheck>('upgradeAvailable'));
      },
      perform: (parts = {}, signal) => {
        const path = `${api}/_upgrade_perform${query(parts)}`;
        return ask(client, { method: 'POST', path, signal }, objectWith<UpgradeResult>('upgrades'));
      },
    },
    migration: {
      validate: (signal) => ask(client, { method: 'GET', path: `${api}/validate`, signal }, objectWith('message')),
      migrate: (signal) => tell(client, { method: 'POST', path: `${api}/migrate`, signal }),
    },
  };
}

function query({ configs = [], entities = [] }: UpgradedParts): string {
  const parameters = Object.entries({ configs, entities })
    .filter(([, names]) => names.length > 0)
    .map(([parameter, names]) => `${parameter}=${names.map(encodeURIComponent).join(',')}`);
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`;
}
