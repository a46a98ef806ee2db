import { endpointOf } from './endpoint-of.ts';

/** How much of an answer is read; `problem` is what to say, and to do, about a larger one. */
export interface AnswerLimit {
  readonly maxBytes: number;
  readonly problem: string;
}

const MIB = 2 ** 20;
/** Of what grows with nothing that anybody declares. */
const SMALL_MIB = 1;
/** Some 250,000 roles. */
const MAX_DOCUMENT_MIB = 64;
/** A document is in memory as text, twice for a moment, and as what is read out of it, which takes several times as much. */
const SHARE_OF_MEMORY = 16;

/** What grows with the entities of a cluster (who we are names each tenant that we may use), or by much with its nodes. */
const DOCUMENTS: ReadonlySet<string> = new Set([
  'account',
  'actiongroups',
  'allowlist',
  'audit',
  'authinfo',
  'certificates',
  'internalusers',
  'nodesdn',
  'roles',
  'rolesmapping',
  'security_index',
  'securityconfig',
  'tenants',
  'tenantinfo',
  'whitelist',
]);

/**
 * An endpoint may be anything, and the first requests go to it before it has shown who it is: what is never large is not read
 * when it is. Writes are answered in a few words.
 *
 * @param memoryBytes that this process may use; 0 when nobody says
 */
export function answerLimit(
  { method, path }: { readonly method: string; readonly path: string },
  memoryBytes = process.constrainedMemory(),
): AnswerLimit {
  if (method === 'GET' && DOCUMENTS.has(endpointOf(path))) return documentLimit(path, memoryBytes);
  const problem = `the answer to ${method} ${path} is larger than ${SMALL_MIB} MiB, as none of OpenSearch is: check that the endpoints are OpenSearch`;
  return { maxBytes: SMALL_MIB * MIB, problem };
}

function documentLimit(path: string, memoryBytes: number): AnswerLimit {
  const shareMib = memoryBytes > 0 ? Math.max(SMALL_MIB, Math.floor(memoryBytes / SHARE_OF_MEMORY / MIB)) : Infinity;
  const maxMib = Math.min(MAX_DOCUMENT_MIB, shareMib);
  const advice =
    maxMib < MAX_DOCUMENT_MIB
      ? `give the operator more memory (a ${SHARE_OF_MEMORY}th of it is read at most), or use fewer entities in one cluster`
      : 'use fewer entities in one cluster, or several clusters';
  return {
    maxBytes: maxMib * MIB,
    problem: `the answer to GET ${path} is larger than ${maxMib} MiB: check that the endpoints are OpenSearch; if they are, ${advice}`,
  };
}
