import { secretsIn } from '../../clients/redact.ts';
import { securityRest } from '../../clients/security-rest.ts';
import { toDocument, toWriteAnswer, read, API_PREFIXES, type ApiPrefix } from '../../clients/security-api.ts';
import type { OpenSearchClient } from '../../clients/opensearch.ts';
import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import type { WireOperation } from './config-wire.ts';
import { NotInForceError } from '../../errors.ts';
import { flushCache } from '../flush-cache.ts';
import { isObject, pointerOf, withValue } from '../../plan/config/tree.ts';
import type { UpgradeAction, UpgradeOffer, UpgradeScope } from '../../plan/config/upgrade-plan.ts';

export type UpgradeAnswer =
  | { readonly type: 'performed' }
  | { readonly type: 'refused'; readonly words: string }
  /** For a reason that only the log of OpenSearch tells: somebody else wrote in the same moment, or something that lasts. */
  | { readonly type: 'failed'; readonly words: string };

/** Of a write that conflicts as of any other that fails, with status 400; as `ConfigUpgradeApiAction` of the plugin has it. */
const FAILED = /^Error applying configuration/;

/** The upgrade of what OpenSearch brings along. Methods throw the `OperatorError` of the whole connection. */
export interface UpgradeApi {
  /** What the node that answers would change. One GET. */
  check(signal: AbortSignal): Promise<UpgradeOffer>;
  /** Stores, and makes no node load it. One POST. @param scope needs 3.x */
  perform(scope: UpgradeScope | undefined): Promise<UpgradeAnswer>;
  /** What is stored now of some entities; `null` for those that are not there. One GET a document. */
  fetch(actions: readonly UpgradeAction[]): Promise<JsonObject>;
  /** Stores again what `fetch` gave: what was not there goes. One PATCH a document. @returns why not, in the server's words */
  restore(before: JsonObject): Promise<string | undefined>;
  /** Makes every node load what is stored. One DELETE. @returns why not, in the server's words */
  load(): Promise<string | undefined>;
}

export function upgradeApi(client: OpenSearchClient, prefix: ApiPrefix): UpgradeApi {
  const rest = securityRest(client, prefix);
  const { upgrade } = rest;
  return {
    check: async (signal) => {
      const answer = await upgrade.check([], signal);
      if (answer.type !== 'ok') return { type: 'unavailable', words: answer.words };
      return { type: 'offer', actions: toActions(answer.value.upgradeActions ?? {}) };
    },
    perform: async (scope) => {
      const answer = await upgrade.perform(scope);
      if (answer.type === 'ok') return { type: 'performed' };
      return { type: FAILED.test(answer.words) ? 'failed' : 'refused', words: answer.words };
    },
    fetch: async (actions) => {
      const byDocument = [...Map.groupBy(actions, ({ document }) => document)];
      const documents = byDocument.map(async ([document, some]) => {
        const path = `${API_PREFIXES[prefix]}/api/${document}`;
        const all = toDocument(document, await read(client, path)) as JsonObject;
        return [document, Object.fromEntries(some.map(({ name }) => [name, entity(all, name)]))] as const;
      });
      return Object.fromEntries(await Promise.all(documents));
    },
    restore: async (before) => {
      for (const [document, entities] of Object.entries(before)) {
        const body = JSON.stringify(Object.entries(entities as JsonObject).map(toRestoring));
        const path = `${API_PREFIXES[prefix]}/api/${document}`;
        const answer = toWriteAnswer(await client.request({ method: 'PATCH', path, body }), () => secretsIn(entities));
        if (answer.type === 'refused') return answer.words;
      }
      return undefined;
    },
    load: async () => {
      const answer = await flushCache(rest);
      // What was upgraded is stored and not in force there: nobody would load it later.
      if (answer.type === 'failed') throw new NotInForceError(answer.words);
      return answer.type === 'flushed' ? undefined : answer.words;
    },
  };
}

/** As it was, but for what the server itself says of it. */
function toRestoring([name, value]: [string, JsonValue]): WireOperation {
  const path = pointerOf([name]);
  if (!isObject(value)) return { op: 'remove', path };
  return { op: 'add', path, value: withValue(value, ['static'], undefined) };
}

function entity(all: JsonObject, name: string): JsonValue {
  return Object.hasOwn(all, name) ? (all[name] ?? null) : null;
}

function toActions(offered: Readonly<Record<string, object>>): readonly UpgradeAction[] {
  return Object.entries(offered).flatMap(([document, verbs]) =>
    Object.entries(verbs).flatMap(([verb, names]) =>
      (names as readonly string[]).map((name) => ({ document, verb, name })),
    ),
  );
}
