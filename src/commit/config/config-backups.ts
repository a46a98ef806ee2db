import { createHash } from 'node:crypto';
import { requestUnless, type KubernetesClient } from '../../clients/kubernetes.ts';
import { timestamp, type Clock } from '../../clock.ts';
import type { NamespacedName, ObjectKey } from '../../desired/resource.ts';
import type { JsonObject, JsonValue } from '../../generated/json-value.ts';
import { DOCUMENT_OF_ROOT, type ConfigDocument } from '../../plan/config/config-change.ts';
import { isObject, type ConfigTree, type Pointer } from '../../plan/config/tree.ts';
import type { UpgradeRecord } from '../../plan/config/upgrade-plan.ts';
import type { Identity } from '../identify.ts';
import { rootOf, toPutBody } from './config-wire.ts';

/** How far a change of the configuration came. `Open`: something may have been written and was not proved yet. */
export type JournalState = 'Open' | 'Committed' | 'RolledBack' | 'Unchanged';

/** The configuration before a change, and what became of the change. */
export interface Backup {
  readonly secretName: string;
  readonly createdAt: string;
  readonly journal: Journal;
  readonly documents: ConfigTree;
}

/** Whether a change may have been made in a cluster: not when both are known and another one is. */
export function mayBeOf({ clusterUuid }: Pick<Journal, 'clusterUuid'>, present: string | undefined): boolean {
  return clusterUuid === '' || present === undefined || clusterUuid === present;
}

export interface Journal {
  readonly state: JournalState;
  readonly connection: NamespacedName;
  /** Empty where the cluster did not say it. */
  readonly clusterUuid: string;
  readonly apiPrefix: Identity['apiPrefix'];
  /** What is changed. */
  readonly units: readonly Pointer[];
  /** It is written as the whole document, and is put back in the same way. */
  readonly isWhole?: boolean;
  /** Whose wishes were tried, and in which version. */
  readonly subjects: Readonly<Record<ObjectKey, string>>;
  /** Why it was rolled back, or what is not as it should be. */
  readonly why?: string;
  /** Of an upgrade of what OpenSearch brings along, which changes no configuration. */
  readonly upgrade?: UpgradeRecord;
}

export interface BackupTools {
  readonly kubernetes: KubernetesClient;
  /** The operator's own. */
  readonly namespace: string;
  readonly clock: Clock;
}

/** Where one change is recorded. */
export interface BackupWriter {
  readonly open: (documents: ConfigTree, journal: Omit<Journal, 'state'>) => Promise<Backup>;
  readonly close: ConfigBackups['close'];
}

/** So many are kept for each connection; the oldest gives way. */
const KEPT = 5;
const JOURNAL = 'security.opensearch.org/journal';
const CREATED_AT = 'security.opensearch.org/created-at';

interface Secret {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Backups of the configuration, in Secrets of the operator's own namespace since they hold passwords and keys. Each is
 * the journal of the change that it was made for, too: it is written before the first write, so that a crash at any step can be
 * told from a change that was proved.
 */
export class ConfigBackups {
  readonly #tools: BackupTools;

  constructor(tools: BackupTools) {
    this.#tools = tools;
  }

  /** The newest first. Five GETs. @throws KubernetesError */
  async load(connection: NamespacedName): Promise<readonly Backup[]> {
    const found = await Promise.all(namesOf(connection).map((name) => this.#get(name)));
    return found.flatMap((secret) => secret ?? []).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  /** Stores the configuration before anything is changed. @param present what `load` gave @throws KubernetesError */
  async open(documents: ConfigTree, journal: Omit<Journal, 'state'>, present: readonly Backup[]): Promise<Backup> {
    const names = namesOf(journal.connection);
    const free = names.find((name) => present.every(({ secretName }) => secretName !== name));
    // The last upgrade stays on record, so that it is not done again.
    const lastUpgrade = present.find((backup) => backup.journal.upgrade !== undefined);
    const secretName = free ?? present.filter((backup) => backup !== lastUpgrade).at(-1)?.secretName;
    if (secretName === undefined) throw new Error('there is neither a free nor an old place for a backup');
    const createdAt = timestamp(this.#tools.clock.now());
    const backup: Backup = { secretName, createdAt, documents, journal: { ...journal, state: 'Open' } };
    const request =
      free === undefined
        ? { method: 'PUT' as const, path: this.#path(secretName) }
        : { method: 'POST' as const, path: this.#path() };
    await this.#tools.kubernetes.request({ ...request, body: toSecret(backup, this.#tools.namespace) });
    return backup;
  }

  /** @returns the backup as it is then @throws KubernetesError */
  async close(backup: Backup, state: Exclude<JournalState, 'Open'>, why?: string): Promise<Backup> {
    const journal = { ...backup.journal, state, ...(why === undefined ? {} : { why }) };
    const body = { metadata: { annotations: { [JOURNAL]: JSON.stringify(journal) } } };
    await this.#tools.kubernetes.request({ method: 'PATCH', path: this.#path(backup.secretName), body });
    return { ...backup, journal };
  }

  async #get(name: string): Promise<Backup | undefined> {
    const request = { method: 'GET', path: this.#path(name) } as const;
    const secret = (await requestUnless(this.#tools.kubernetes, 404, request)) as Secret | undefined;
    return secret && toBackup(secret, this.#tools.namespace);
  }

  #path(name?: string): string {
    return `/api/v1/namespaces/${this.#tools.namespace}/secrets${name === undefined ? '' : `/${name}`}`;
  }
}

function namesOf(connection: NamespacedName): readonly string[] {
  const id = createHash('sha256').update(connection).digest('hex').slice(0, 10);
  const name = connection.slice(connection.indexOf('/') + 1).slice(0, 200);
  return Array.from({ length: KEPT }, (_, index) => `${name}-config-backup-${id}-${index}`);
}

function toSecret({ secretName, createdAt, documents, journal }: Backup, namespace: string): object {
  const bodies = Object.entries(documents).map(([root, value]) => {
    const document = DOCUMENT_OF_ROOT[root];
    // Entities that an upgrade changes are kept as they are, by name.
    return document === undefined
      ? [root, encode(value)]
      : [document, encode(document === 'nodesdn' ? value : toPutBody(document, value))];
  });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'opensearch-security-operator',
        'security.opensearch.org/backup': 'true',
      },
      annotations: { [JOURNAL]: JSON.stringify(journal), [CREATED_AT]: createdAt },
    },
    type: 'security.opensearch.org/backup',
    data: Object.fromEntries(bodies) as unknown,
  };
}

/** What is no backup of ours, whatever it is, does not count. @throws when somebody changed one of ours by hand */
function toBackup({ metadata, data = {} }: Secret, namespace: string): Backup | undefined {
  const [journal, createdAt] = [metadata.annotations?.[JOURNAL], metadata.annotations?.[CREATED_AT]];
  if (journal === undefined || createdAt === undefined) return undefined;
  const parse = (text: string, where: string): JsonObject => {
    const value = objectIn(text);
    if (value !== undefined) return value;
    throw new Error(
      `the backup in Secret ${namespace}/${metadata.name} was changed by hand and cannot be read (${where}): put back what was there, or delete the Secret, which gives up what is kept in it`,
    );
  };
  const roots = Object.entries(data).map(([document, text]) => {
    const value = parse(Buffer.from(text, 'base64').toString(), `data.${document}`);
    return [rootOf(document as ConfigDocument), document === 'securityconfig' ? value['dynamic'] : value] as const;
  });
  return {
    secretName: metadata.name,
    createdAt,
    journal: parse(journal, `the annotation ${JOURNAL}`) as unknown as Journal,
    documents: Object.fromEntries(roots) as ConfigTree,
  };
}

/** What the parser says of text that is no JSON quotes some of it, which is secret. */
function objectIn(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function encode(value: JsonValue): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
