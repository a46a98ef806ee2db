import type { OpenSearchConnectionStatus } from '../generated/opensearch-connection.ts';
import type { CertificateEnd } from '../desired/certificate-end.ts';
import { certificatesClaim, listCertificates } from './certificates.ts';
import { nextConditions, notReady, notReadyWhileWaiting, type Claimed, type StatusContext } from './next-status.ts';

/** Why a connection cannot be used; `isStalled` when only a person can change that. */
export interface Trouble {
  readonly reason: string;
  readonly message: string;
  readonly isStalled: boolean;
}

type AuthenticatedAs = NonNullable<OpenSearchConnectionStatus['authenticatedAs']>;

/** What a session knows of its connection. */
export interface ConnectionFacts {
  readonly trouble: Trouble | undefined;
  readonly isObserving: boolean;
  /** Other connections to the same cluster. */
  readonly neighbours?: readonly string[];
  readonly version?: string;
  readonly clusterUuid?: string;
  readonly apiPrefix?: 'Plugins' | 'Opendistro';
  readonly authenticatedAs?: AuthenticatedAs;
  /** Why the login in use is not the one that the Secret has. */
  readonly passwordProblem?: string | undefined;
  readonly pluginHealth?: { readonly status: string; readonly mode: string };
  /** Of nodes and of the connection; undefined while nobody has looked. */
  readonly certificates?: readonly CertificateEnd[];
  readonly warnBeforeDays?: number;
  readonly flushCacheHandledAt?: string;
  /** What the operator may not do there, and what to do about it. */
  readonly disabled?: readonly string[];
  readonly resources: readonly { readonly type: string; readonly declared: number; readonly inSync: number }[];
  readonly reconcileRequestedAt?: string;
}

type Target = { readonly generation: number; readonly status: OpenSearchConnectionStatus };

/** The status of a connection. Pure; what was known of the cluster stays while it cannot be reached. */
export function connectionStatus(
  connection: Target,
  facts: ConnectionFacts,
  context: StatusContext,
): OpenSearchConnectionStatus {
  const { trouble, resources, reconcileRequestedAt, flushCacheHandledAt, pluginHealth } = facts;
  const isCounted = resources.length > 0 || connection.status.resources !== undefined;
  const { certificates: listed, ...before } = connection.status;
  const shown = facts.certificates === undefined ? (listed ?? []) : listCertificates(facts.certificates);
  return {
    ...before,
    observedGeneration: connection.generation,
    conditions: nextConditions(
      connection,
      [...claims(connection, facts, context), ...certificates(connection, facts, context)],
      context,
    ),
    ...(trouble === undefined ? known(facts) : {}),
    ...(pluginHealth === undefined ? {} : { pluginHealth }),
    ...(shown.length === 0 ? {} : { certificates: shown }),
    ...(flushCacheHandledAt === undefined ? {} : { flushCacheHandledAt }),
    ...(isCounted ? { resources } : {}),
    ...(reconcileRequestedAt === undefined ? {} : { lastHandledReconcileAt: reconcileRequestedAt }),
  };
}

function claims(connection: Target, facts: ConnectionFacts, context: StatusContext): readonly Claimed[] {
  const { trouble } = facts;
  if (trouble === undefined)
    return [{ type: 'Ready', status: 'True', ...whatIsWell(facts) }, ...passwordClaim(facts), ...disabledClaim(facts)];
  return trouble.isStalled ? notReady('Stalled', trouble) : notReadyWhileWaiting(connection, trouble, context);
}

/** There only while there is something to tell. */
function passwordClaim({ passwordProblem }: ConnectionFacts): readonly Claimed[] {
  if (passwordProblem === undefined) return [];
  return [{ type: 'CredentialsInForce', status: 'False', reason: 'PasswordNotChanged', message: passwordProblem }];
}

function disabledClaim({ disabled = [] }: ConnectionFacts): readonly Claimed[] {
  if (disabled.length === 0) return [];
  const message = disabled.toSorted().join('; ');
  return [{ type: 'EndpointsPermitted', status: 'False', reason: 'EndpointDisabled', message }];
}

const DEFAULT_WARN_DAYS = 30;

/** As it was told last while nobody has looked since: after a restart, for example. */
function certificates({ status }: Target, facts: ConnectionFacts, { nowMs }: StatusContext): readonly Claimed[] {
  if (facts.certificates === undefined)
    return (status.conditions ?? []).filter(({ type }) => type === 'CertificatesValid');
  const claim = certificatesClaim(facts.certificates, {
    nowMs,
    warnBeforeDays: facts.warnBeforeDays ?? DEFAULT_WARN_DAYS,
  });
  return claim === undefined ? [] : [claim];
}

function whatIsWell(facts: ConnectionFacts): { reason: string; message: string } {
  const { version, authenticatedAs, isObserving, pluginHealth, neighbours = [] } = facts;
  const name = authenticatedAs?.name ?? 'unknown';
  const shared =
    neighbours.length === 0
      ? ''
      : `; ${neighbours.slice(0, 5).join(', ')} leads to the same cluster, so declare each name through one connection only`;
  const down =
    pluginHealth?.status === 'DOWN' ? '; its Security plugin says that it is DOWN: nobody may be able to log in' : '';
  const where = `OpenSearch ${version ?? '(version not permitted to see)'} as ${name}${down}${shared}`;
  return isObserving
    ? { reason: 'Observed', message: `${where}; nothing is written, managementPolicy is Observe` }
    : { reason: 'Connected', message: where };
}

function known({
  version,
  clusterUuid,
  apiPrefix,
  authenticatedAs,
}: ConnectionFacts): Partial<OpenSearchConnectionStatus> {
  return {
    ...(version === undefined ? {} : { version }),
    ...(clusterUuid === undefined ? {} : { clusterUUID: clusterUuid }),
    ...(apiPrefix === undefined ? {} : { apiPrefix }),
    ...(authenticatedAs === undefined ? {} : { authenticatedAs }),
  };
}
