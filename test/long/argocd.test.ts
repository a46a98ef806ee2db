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

const provider: Server = createServer((_request, response) => response.end('{"issuer":"me"}'));

beforeAll(() => new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve)));
afterAll(() => void provider.close());

/** The example with a provider that answers. A cluster has one configuration, so one plan alone declares something of it. */
const singleSignOn: Plan['files'] = (scenario) => {
  const { port } = provider.address() as AddressInfo;
  const name = 'security-config.yaml';
  const example = examplesFor(scenario).get(name) ?? '';
  return new Map([[name, example.replace(IDENTITY, `http://127.0.0.1:${port}/.well-known/openid-configuration`)]]);
};

const rest = { quietMs: QUIET_MS, restMs: REST_MS, cluster: 'own' } as const;

describeArgoCd(
  [
    { mode: 'client-side', order: 'one wave', ...rest, files: singleSignOn },
    { mode: 'server-side apply', order: 'reversed', ...rest, files: declaringNothing },
    { mode: 'server-side diff', order: 'random', ...rest, files: declaringNothing },
  ],
  1_200_000,
);
