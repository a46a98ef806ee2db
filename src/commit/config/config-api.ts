import { setTimeout as pause } from 'node:timers/promises';
import { OpenSearchClient, type OpenSearchSettings } from '../../clients/opensearch.ts';
import {
  isRecord,
  read,
  toDocument,
  toReadAnswer,
  toWriteAnswer,
  wordsOf,
  API_PREFIXES,
  type WriteAnswer,
} from '../../clients/security-api.ts';
import { accessRefusal } from '../../clients/access-refusal.ts';
import { answers } from '../../clients/answers.ts';
import { secretsIn } from '../../clients/redact.ts';
import { AnotherClusterError, OperatorError, UnreachableError, unlessDisabled } from '../../errors.ts';
import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import type { ConfigChange, ConfigDocument } from '../../plan/config/config-change.ts';
import { MASK } from '../../plan/config/defaults.ts';
import { isObject, leavesOf, pathOf, valueAt, withValue, type ConfigTree } from '../../plan/config/tree.ts';
import { identify, type Identity } from '../identify.ts';
import { keepToCluster, uuidIfTold } from '../same-cluster.ts';
import { patchFor, rootOf, toPutBody, toRoot } from './config-wire.ts';
import { upgradeApi, type UpgradeApi } from './upgrade-api.ts';

/** Where the plugin keeps it, unless `plugins.security.config_index_name` says otherwise. */
const SECURITY_DOCUMENT = '/.opendistro_security/_doc/config';

const PROOF_TRIES = 3;
const PROOF_PAUSE_MS = 1000;
/** Of proxies and of a cluster with too much to do: for a moment they say nothing about the login. */
const PASSING = [429, 502, 504];
/** Who has not got in for so long is not kept waiting by another try. */
const PROOF_PATIENCE_MS = 5000;

/** Somebody whose login proves that people still get in. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

export type Look =
  { readonly type: 'there'; readonly root: JsonValue } | { readonly type: 'unavailable'; readonly words: string };

/** The configuration of one cluster. Methods throw the `OperatorError` of the whole connection. */
export interface ConfigApi {
  /** An administrator's certificate is at hand, so that what locks everybody out can be put back. */
  readonly hasWayBack: boolean;
  /** @throws UnreachableError for a document that we may not read, too */
  fetch(documents: readonly ConfigDocument[]): Promise<ConfigTree>;
  /** One document, or why this cluster does not show it to us. */
  look(document: ConfigDocument): Promise<Look>;
  /** @param base what the document is like now, as far as is known */
  patch(document: ConfigDocument, changes: readonly ConfigChange[], base: ConfigTree): Promise<WriteAnswer>;
  /** Makes `dynamic` the whole of `securityconfig`: what is not in it gets its default. */
  put(dynamic: JsonValue): Promise<WriteAnswer>;
  /** Takes what the operator is now for what it must still be afterwards: a mapping of ours may have changed it. */
  renewSelf(): Promise<void>;
  /** Gets in anew, as the operator and from the beginning. @returns what hinders it, in words; undefined when nothing does */
  prove(): Promise<string | undefined>;
  logIn(login: Login): Promise<boolean>;
  /** Whether anything answers at an address; whose certificate it has is not asked, since nothing is sent. */
  answers(url: string): Promise<boolean>;
  readonly upgrade: UpgradeApi;
  /** Undefined when the cluster does not say it, for whatever reason. One GET. */
  clusterUuid(): Promise<string | undefined>;
  /** The same with the certificate of an administrator, where there is one. */
  asRescuer<T>(use: (api: ConfigDocuments) => Promise<T>): Promise<T>;
}

/** Reading and writing alone. */
export type ConfigDocuments = Pick<ConfigApi, 'fetch' | 'patch' | 'put' | 'upgrade' | 'clusterUuid'>;

export function configApi(
  client: OpenSearchClient,
  settings: OpenSearchSettings,
  { apiPrefix, clusterUuid, self }: Pick<Identity, 'apiPrefix' | 'clusterUuid' | 'self'>,
): ConfigApi {
  const { rescue, requestTimeoutMs } = settings;
  let present = self;
  return {
    ...documents(client, { apiPrefix, isAdmin: self.isAdmin }),
    look: async (name) => {
      const response = await client.request({ method: 'GET', path: `${API_PREFIXES[apiPrefix]}/api/${name}` });
      if (name !== 'securityconfig' && [400, 403, 404, 405, 501].includes(response.status))
        return { type: 'unavailable', words: wordsOf(response.body) };
      return { type: 'there', root: await toWholeRoot(client, name, toReadAnswer(response)) };
    },
    hasWayBack: rescue !== undefined || self.isAdmin,
    renewSelf: async () => {
      present = (await identify(client, apiPrefix, AbortSignal.timeout(requestTimeoutMs))).self;
    },
    prove: () => prove(settings, { apiPrefix, clusterUuid, self: present }),
    logIn: (login) => logIn(settings, { apiPrefix }, login),
    answers,
    asRescuer: (use) => asRescuer(settings, { apiPrefix, clusterUuid }, use),
  };
}

/** Which cluster, as far as it is known, and how it is asked. */
interface KnownCluster extends Pick<Identity, 'apiPrefix'> {
  readonly clusterUuid: string | undefined;
}

/** Without a certificate for it the operator's own login is all there is. */
export async function asRescuer<T>(
  settings: OpenSearchSettings,
  { apiPrefix, clusterUuid }: KnownCluster,
  use: (api: ConfigDocuments) => Promise<T>,
): Promise<T> {
  const { rescue } = settings;
  const auth = rescue === undefined ? settings.auth : ({ type: 'certificate', ...rescue } as const);
  return withClient({ ...settings, auth }, (client) => {
    keepToCluster(client, clusterUuid, uuidIfTold);
    return use(documents(client, { apiPrefix, isAdmin: auth.type === 'certificate' }));
  });
}

function documents(
  client: OpenSearchClient,
  { apiPrefix, isAdmin }: Pick<Identity, 'apiPrefix'> & { readonly isAdmin: boolean },
): ConfigDocuments {
  const api = `${API_PREFIXES[apiPrefix]}/api`;
  const write = async (method: 'PATCH' | 'PUT', path: string, body: JsonValue): Promise<WriteAnswer> => {
    const response = await client.request({ method, path, body: JSON.stringify(body) });
    // What is disabled for us is refused, like what the server objects to.
    const answer = await unlessDisabled<WriteAnswer>(
      () => Promise.try(toWriteAnswer, response, () => secretsIn(body)),
      ({ message }) => ({ type: 'refused', words: message }),
    );
    const advice = answer.type === 'refused' ? accessRefusal(answer.words, { path, isAdmin })?.advice : undefined;
    return answer.type === 'refused' && advice !== undefined
      ? { ...answer, words: `${answer.words}: ${advice}` }
      : answer;
  };
  return {
    fetch: async (names) => {
      const roots = names.map(async (name) => {
        return [rootOf(name), await toWholeRoot(client, name, await read(client, `${api}/${name}`))] as const;
      });
      return Object.fromEntries(await Promise.all(roots));
    },
    patch: (name, changes, base) => write('PATCH', `${api}/${name}`, [...patchFor(name, changes, base)]),
    upgrade: upgradeApi(client, apiPrefix),
    clusterUuid: async () => {
      try {
        return uuidIfTold(await client.request({ method: 'GET', path: '/' }));
      } catch {
        return undefined;
      }
    },
    put: (dynamic) => write('PUT', `${api}/securityconfig/config`, toPutBody('securityconfig', dynamic)),
  };
}

/** Passwords are shown as asterisks; an administrator's certificate may read the document itself, where they are. */
async function toWholeRoot(client: OpenSearchClient, name: ConfigDocument, body: unknown): Promise<JsonValue> {
  const root = toRoot(name, toDocument(name, body) as JsonObject);
  const masked = [...leavesOf(root)].filter(([, value]) => value === MASK).map(([pointer]) => pathOf(pointer));
  if (name !== 'securityconfig' || masked.length === 0 || !isObject(root)) return root;
  const answer = await client.request({ method: 'GET', path: SECURITY_DOCUMENT });
  if (answer.status === 429 || answer.status >= 500) toReadAnswer(answer);
  const stored = answer.status === 200 ? decodeDocument(answer.body as JsonValue) : undefined;
  return masked.reduce((tree, path) => withValue(tree, path, valueAt(stored, path) ?? MASK), root);
}

function decodeDocument(body: JsonValue): JsonValue | undefined {
  const encoded = valueAt(body, ['_source', 'config']);
  if (typeof encoded !== 'string') return undefined;
  return valueAt(JSON.parse(Buffer.from(encoded, 'base64').toString()) as JsonValue, ['config', 'dynamic']);
}

/** A cluster that does not answer is asked again: a moment of trouble must not undo a change. */
async function prove(
  settings: OpenSearchSettings,
  identity: KnownCluster & Pick<Identity, 'self'>,
): Promise<string | undefined> {
  return withClient(settings, (client) => {
    keepToCluster(client, identity.clusterUuid);
    return askAgain(async () => {
      try {
        return { answer: await whatWasLost(client, settings, identity), isMoment: false };
      } catch (error) {
        // What another cluster says proves nothing: the transaction is ended once ours answers again.
        if (!(error instanceof OperatorError) || error instanceof AnotherClusterError) throw error;
        const answer = `the operator does not get in any more: ${error.message}`;
        return { answer, isMoment: error instanceof UnreachableError };
      }
    });
  });
}

/** A moment of trouble is waited for, a few times and not for long. */
async function askAgain<T>(ask: () => Promise<{ readonly answer: T; readonly isMoment: boolean }>): Promise<T> {
  const startedAt = performance.now();
  for (let triesLeft = PROOF_TRIES - 1; ; triesLeft -= 1) {
    const { answer, isMoment } = await ask();
    if (triesLeft === 0 || !isMoment || performance.now() - startedAt >= PROOF_PATIENCE_MS) return answer;
    await pause(PROOF_PAUSE_MS);
  }
}

async function whatWasLost(
  client: OpenSearchClient,
  { requestTimeoutMs }: Pick<OpenSearchSettings, 'requestTimeoutMs'>,
  { apiPrefix, self }: Pick<Identity, 'apiPrefix' | 'self'>,
): Promise<string | undefined> {
  const now = await identify(client, apiPrefix, AbortSignal.timeout(requestTimeoutMs));
  await read(client, `${API_PREFIXES[apiPrefix]}/api/securityconfig`);
  const lost = self.roles.filter((role) => !now.self.roles.includes(role));
  if (now.self.name !== self.name) return `the operator is "${now.self.name}" there, and was "${self.name}"`;
  return lost.length === 0 ? undefined : `the operator lost the roles ${lost.join(', ')}`;
}

async function logIn(
  settings: OpenSearchSettings,
  { apiPrefix }: Pick<Identity, 'apiPrefix'>,
  login: Login,
): Promise<boolean> {
  return withClient({ ...settings, auth: { type: 'basic', ...login } }, (client) =>
    askAgain(async () => {
      const { status, body } = await client.request({ method: 'GET', path: `${API_PREFIXES[apiPrefix]}/authinfo` });
      // Anonymous access lets everybody in, as somebody else.
      const answer = status === 200 && isRecord(body) && body['user_name'] !== 'opendistro_security_anonymous';
      return { answer, isMoment: PASSING.includes(status) };
    }),
  );
}

async function withClient<T>(settings: OpenSearchSettings, use: (client: OpenSearchClient) => Promise<T>): Promise<T> {
  const client = new OpenSearchClient(settings);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
