/** How to go on after an error: at once, after a pause that grows, or only when something was changed. */
export type Retry = 'now' | 'backoff' | 'on-change';

/** What goes wrong outside of the operator. Messages never hold a secret or a body. */
export abstract class OperatorError extends Error {
  abstract readonly code: string;
  abstract readonly retry: Retry;
}

/** No answer, or an answer that says nothing about the request; a write may or may not have been stored. */
export class UnreachableError extends OperatorError {
  override readonly code = 'UNREACHABLE';
  override readonly retry: Retry = 'backoff';
  /** False where it is known that nothing of the request came to anybody. */
  readonly wasSent: boolean;

  constructor(message: string, { wasSent = true, ...options }: ErrorOptions & { readonly wasSent?: boolean } = {}) {
    super(message, options);
    this.wasSent = wasSent;
  }
}

/** Another cluster answers where the one that is open was. */
export class AnotherClusterError extends OperatorError {
  override readonly code = 'ANOTHER_CLUSTER';
  override readonly retry: Retry = 'backoff';
}

/** The server's certificate is not one that the connection trusts. */
export class TlsVerificationError extends OperatorError {
  override readonly code = 'TLS_VERIFICATION';
  override readonly retry: Retry = 'backoff';
}

/** 401: the credentials are wrong. */
export class AuthenticationError extends OperatorError {
  override readonly code = 'AUTHENTICATION';
  override readonly retry: Retry = 'backoff';
}

/** 403 for the whole API: the credentials are right, the permissions are not. */
export class ForbiddenError extends OperatorError {
  override readonly code = 'FORBIDDEN';
  override readonly retry: Retry = 'backoff';
}

/** 403 for one method of one endpoint: the rest of the API is open to us. */
export class EndpointDisabledError extends OperatorError {
  override readonly code = 'ENDPOINT_DISABLED';
  override readonly retry: Retry = 'backoff';
}

/** The Security plugin is not initialised, or nobody is left who could log in. */
export class NotInitializedError extends OperatorError {
  override readonly code = 'NOT_INITIALIZED';
  override readonly retry: Retry = 'backoff';
}

/** Somebody else wrote the same document in the same moment; nothing was stored. */
export class ConflictError extends OperatorError {
  override readonly code = 'DOCUMENT_CONFLICT';
  override readonly retry: Retry = 'now';
}

/** 500 `Error Failed node`: stored, but not in force on every node. */
export class NotInForceError extends OperatorError {
  override readonly code = 'NOT_IN_FORCE';
  override readonly retry: Retry = 'backoff';
}

/** The settings of a connection cannot be used as they are. */
export class SettingsError extends OperatorError {
  override readonly code = 'SETTINGS';
  override readonly retry: Retry = 'on-change';
}

/** The Kubernetes API refused a request. */
export class KubernetesError extends OperatorError {
  override readonly code = 'KUBERNETES';
  override readonly retry: Retry = 'backoff';
  readonly status: number;
  readonly reason: string;

  constructor(message: string, status: number, reason: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The API server refuses a request for what it is, by admission or permissions; anything else is trouble with the server. */
export function isRefusal(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && error.status >= 400 && error.status < 500;
}

/** Only the leader writes, and this process is not, or no longer. */
export class NotLeaderError extends OperatorError {
  override readonly code = 'NOT_LEADER';
  override readonly retry: Retry = 'backoff';
}

/** Work that was given to a thread came to nothing: the thread broke, took too long, or was told to stop. */
export class ThreadError extends OperatorError {
  override readonly code = 'THREAD';
  override readonly retry: Retry = 'backoff';
  readonly reason: 'Broken' | 'TooSlow' | 'Canceled';

  constructor(message: string, reason: 'Broken' | 'TooSlow' | 'Canceled') {
    super(message);
    this.reason = reason;
  }
}

/** Does something for which an endpoint may be closed to us; that is set aside, and holds up nothing else. */
export async function unlessDisabled<T>(
  act: () => Promise<T>,
  whenDisabled: (error: EndpointDisabledError) => T | Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof EndpointDisabledError)) throw error;
    return whenDisabled(error);
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
