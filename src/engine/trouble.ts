import {
  AnotherClusterError,
  AuthenticationError,
  EndpointDisabledError,
  ForbiddenError,
  messageOf,
  NotInitializedError,
  SettingsError,
  TlsVerificationError,
  type OperatorError,
} from '../errors.ts';
import type { Trouble } from '../status/connection-status.ts';

const ANOTHER =
  ': it is opened anew. All endpoints of a connection must lead to one cluster; a stand-by needs a connection of its own';

/** What to tell on a connection whose cluster cannot be used. */
export function toTrouble(error: OperatorError): Trouble {
  const message = messageOf(error);
  if (error instanceof AuthenticationError) {
    return {
      reason: 'AuthenticationFailed',
      message: `${message}: correct them in the Secret, or the user in OpenSearch`,
      isStalled: true,
    };
  }
  if (error instanceof ForbiddenError) {
    return {
      reason: 'Forbidden',
      message: `${message}. Give the user a role that is listed in plugins.security.restapi.roles_enabled`,
      isStalled: true,
    };
  }
  if (error instanceof EndpointDisabledError) return { reason: 'Forbidden', message, isStalled: true };
  if (error instanceof AnotherClusterError)
    return { reason: 'AnotherCluster', message: `${message}${ANOTHER}`, isStalled: false };
  if (error instanceof TlsVerificationError) return { reason: 'TLSVerificationFailed', message, isStalled: true };
  if (error instanceof NotInitializedError) return { reason: 'NotInitialized', message, isStalled: false };
  if (error instanceof SettingsError) return { reason: 'InvalidSpec', message, isStalled: true };
  return {
    reason: 'Unreachable',
    message: `no answer from the cluster (${message}); it is tried again`,
    isStalled: false,
  };
}

/** Not the cluster, but what we need of Kubernetes: the ledger, above all. */
export function lastingTrouble(error: unknown): Trouble {
  return { reason: 'Retrying', message: `nothing can be written for now: ${messageOf(error)}`, isStalled: false };
}
