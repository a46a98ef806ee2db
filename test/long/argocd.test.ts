import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import { describeArgoCd } from '../gitops/describe-argocd.ts';
import { declaringNothing, examplesFor } from '../gitops/examples.ts';
import type { Plan } from '../gitops/observe.ts';

const REST_MS = 300_000;
/** Longer than between two looks for drift, at which the operator may have something new to tell. */
const QUIET_MS = 75_000;
const IDENTITY = 'https://identity.example.com/.well-known/openid-configuration';

const CERTIFICATE = 'clientCertificate: { secretRef: { name: opensearch-admin-cert } }';

const provider: Server = createServer((_request, response) => response.end('{"issuer":"me"}'));

beforeAll(() => new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve)));
afterAll(() => void provider.close());

/**
 * The example with a provider that answers, and the certificate that may write the configuration. A cluster has one, so one plan alone
 * declares something of it.
 */
const singleSignOn: Plan['files'] = (scenario) => {
  const { port } = provider.address() as AddressInfo;
  const examples = examplesFor(scenario);
  const connection = examples
    .get('connection.yaml')
    ?.replace(/basic:\s+secretRef:\s+name: opensearch-admin$/m, CERTIFICATE);
  const config = examples
    .get('security-config.yaml')
    ?.replace(IDENTITY, `http://127.0.0.1:${port}/.well-known/openid-configuration`);
  return new Map([
    ['connection.yaml', connection ?? ''],
    ['security-config.yaml', config ?? ''],
  ]);
};

const rest = { quietMs: QUIET_MS, restMs: REST_MS };

describeArgoCd(
  [
    { mode: 'client-side', order: 'one wave', ...rest, files: singleSignOn },
    { mode: 'server-side apply', order: 'reversed', ...rest, files: declaringNothing },
    { mode: 'server-side diff', order: 'random', ...rest, files: declaringNothing },
  ],
  1_200_000,
);
