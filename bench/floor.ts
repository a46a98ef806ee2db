/**
 * The floor: what has to be done to bring N objects into OpenSearch and to say so, by the simplest script that does just that. It lists the
 * objects, reads the document once, sends the bulk PATCHes, and writes the N statuses, with all that they say, on keep-alive connections. No
 * watching, no checks, no ownership, no repair. With `--list-only` it stops after the list.
 *
 * Prints one JSON line for each mark: `listed`, `in-opensearch`, `told`, with the time in milliseconds since 1970.
 */
import { readFileSync } from 'node:fs';
import { Agent, request, type Dispatcher } from 'undici';
import { timestamp } from '../src/clock.ts';
import { GROUP, HASH, SHAPES, type BenchKind } from './objects.ts';

const STATUS_WRITERS = 16;
const PAGE = 500;

interface Item {
  readonly metadata: { readonly name: string; readonly uid: string; readonly generation: number };
  readonly spec: Readonly<Record<string, never>>;
}

const setting = (name: string): string => process.env[name] ?? '';
const kind = setting('BENCH_KIND') as BenchKind;
const { plural, document, batch } = SHAPES[kind];
const objects = `${setting('KUBE_URL')}/apis/${GROUP}/namespaces/${setting('NAMESPACE')}/${plural}`;
const entities = `${setting('SEARCH_URL')}/_plugins/_security/api/${document}`;
const kube = new Agent({ connections: STATUS_WRITERS, connect: { ca: readFileSync(setting('KUBE_CA')) } });
const search = new Agent({
  connect: {
    ca: readFileSync(setting('SEARCH_CA')),
    cert: readFileSync(setting('SEARCH_CERT')),
    key: readFileSync(setting('SEARCH_KEY')),
  },
});

const mark = (name: string): void => console.log(JSON.stringify({ mark: name, at: Date.now() }));

interface Call {
  readonly method: 'GET' | 'PATCH';
  readonly url: string;
  readonly body?: object;
}

async function call(dispatcher: Dispatcher, { method, url, body }: Call): Promise<unknown> {
  const isKube = dispatcher === kube;
  const type = method === 'PATCH' && isKube ? 'application/merge-patch+json' : 'application/json';
  const headers = { 'content-type': type, ...(isKube ? { authorization: `Bearer ${setting('KUBE_TOKEN')}` } : {}) };
  const response = await request(url, { dispatcher, method, headers, body: body ? JSON.stringify(body) : null });
  const text = await response.body.text();
  if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.statusCode} ${text}`);
  return JSON.parse(text);
}

async function listAll(): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let from = ''; ;) {
    const page = (await call(kube, { method: 'GET', url: `${objects}?limit=${PAGE}&continue=${from}` })) as {
      readonly metadata: { readonly continue?: string };
      readonly items: readonly Item[];
    };
    items.push(...page.items);
    from = page.metadata.continue ?? '';
    if (from === '') return items;
  }
}

function toEntity({ spec }: Item): object {
  const {
    description,
    clusterPermissions,
    indexPermissions = [],
    backendRoles,
  } = spec as Readonly<Record<string, never>> & {
    indexPermissions?: readonly { indexPatterns: string[]; allowedActions: string[] }[];
  };
  if (kind === 'mappings') return { backend_roles: backendRoles };
  if (kind === 'users') return { description, hash: HASH, backend_roles: backendRoles };
  const index = indexPermissions.map(({ indexPatterns, allowedActions }) => ({
    index_patterns: indexPatterns,
    allowed_actions: allowedActions,
  }));
  return { description, cluster_permissions: clusterPermissions, index_permissions: index };
}

async function tell({ metadata }: Item): Promise<void> {
  const lastTransitionTime = timestamp(Date.now());
  const condition = (type: string, reason: string, message: string): object => ({
    type,
    status: 'True',
    reason,
    message,
    observedGeneration: metadata.generation,
    lastTransitionTime,
  });
  const status = {
    observedGeneration: metadata.generation,
    resourceName: metadata.name,
    connection: `${setting('NAMESPACE')}/default`,
    conditions: [
      condition('Ready', 'Applied', `"${metadata.name}" is in force`),
      condition('ReferencesResolved', 'Resolved', 'all that the spec names is known'),
    ],
  };
  await call(kube, {
    method: 'PATCH',
    url: `${objects}/${metadata.name}/status`,
    body: { metadata: { uid: metadata.uid }, status },
  });
}

const items = await listAll();
mark('listed');
if (!process.argv.includes('--list-only')) {
  await call(search, { method: 'GET', url: entities });
  for (let at = 0; at < items.length; at += batch) {
    const operations = items
      .slice(at, at + batch)
      .map((item) => ({ op: 'add', path: `/${item.metadata.name}`, value: toEntity(item) }));
    await call(search, { method: 'PATCH', url: entities, body: operations });
  }
  mark('in-opensearch');
  const waiting = [...items];
  const write = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await tell(item);
  };
  await Promise.all(Array.from({ length: STATUS_WRITERS }, write));
  mark('told');
}
await Promise.all([kube.close(), search.close()]);
