import { describe, expect, test } from '@jest/globals';
import { resolveSettings, type Connection, type References } from '../../src/engine/resolve-settings.ts';
import { aConnection } from '../support/builders.ts';

type Stored = Readonly<Record<string, Readonly<Record<string, string>> | 'unknown'>>;

/** Secrets and ConfigMaps by `namespace/name`. */
function references(secrets: Stored, configMaps: Stored = {}): References {
  const from = (stored: Stored) => (namespace: string, name: string) => {
    const data = stored[`${namespace}/${name}`];
    return data === undefined || data === 'unknown'
      ? data
      : { values: new Map(Object.entries(data)), version: '1', owners: [] };
  };
  return {
    secret: from(secrets),
    configMap: from(configMaps),
    hold: () => undefined,
    release: () => undefined,
  };
}

const admin = { 'team-a/admin': { username: 'operator', password: 'secret' } };

describe('the settings of a connection', () => {
  test('are those of its spec, with defaults', () => {
    expect(resolveSettings(aConnection(), references(admin))).toEqual({
      type: 'settings',
      settings: {
        endpoints: ['https://opensearch.example:9200'],
        auth: { type: 'basic', username: 'operator', password: 'secret' },
        insecureSkipVerify: false,
        requestTimeoutMs: 30_000,
        opaqueId: 'opensearch-security-operator/team-a/default',
      },
    });
  });

  test('with a client certificate and a CA', () => {
    const auth = { clientCertificate: { secretRef: { name: 'cert' } } };
    const tls = { caRef: { kind: 'ConfigMap', name: 'ca' }, serverName: 'node-0', insecureSkipVerify: true } as const;
    const connection = aConnection({
      spec: { auth, tls, requestTimeoutSeconds: 5, endpoints: ['https://a/', 'https://b'] },
    });
    const resolved = resolveSettings(
      connection,
      references({ 'team-a/cert': { 'tls.crt': 'CERT', 'tls.key': 'KEY' } }, { 'team-a/ca': { 'ca.crt': 'CA' } }),
    );
    expect(resolved).toMatchObject({
      settings: {
        endpoints: ['https://a', 'https://b'],
        auth: { type: 'certificate', certPem: 'CERT', keyPem: 'KEY' },
        caPem: 'CA',
        serverName: 'node-0',
        insecureSkipVerify: true,
        requestTimeoutMs: 5000,
      },
    });
  });

  test('take the CA from a Secret and a key of its own', () => {
    const connection = aConnection({ spec: { tls: { caRef: { kind: 'Secret', name: 'ca', key: 'root.pem' } } } });
    const resolved = resolveSettings(connection, references({ ...admin, 'team-a/ca': { 'root.pem': 'CA' } }));
    expect(resolved).toMatchObject({ settings: { caPem: 'CA' } });
  });

  const withCa = { tls: { caRef: { kind: 'ConfigMap', name: 'ca' } } } as const;

  test.each([
    ['the Secret', aConnection(), {}, 'Secret team-a/admin does not exist: create it'],
    [
      'a key of the Secret',
      aConnection(),
      { 'team-a/admin': { username: 'u' } },
      'Secret team-a/admin has no key "password": add it',
    ],
    [
      'a value',
      aConnection(),
      { 'team-a/admin': { username: '', password: 'p' } },
      'Secret team-a/admin has no key "username": add it',
    ],
    ['the CA', aConnection({ spec: withCa }), admin, 'ConfigMap team-a/ca does not exist: create it'],
  ])('say what is missing: %s', (...[, connection, secrets, message]) => {
    expect(resolveSettings(connection, references(secrets))).toEqual({ type: 'missing', message });
  });

  test.each<[string, Connection, Stored, Stored]>([
    ['the Secret', aConnection(), { 'team-a/admin': 'unknown' }, {}],
    ['the CA', aConnection({ spec: withCa }), admin, { 'team-a/ca': 'unknown' }],
  ])('are not known while %s is being read', (...[, connection, secrets, configMaps]) => {
    expect(resolveSettings(connection, references(secrets, configMaps))).toEqual({ type: 'unknown' });
  });

  test('never come from another namespace', () => {
    const connection = aConnection({ namespace: 'team-b' });
    expect(resolveSettings(connection, references(admin))).toMatchObject({ type: 'missing' });
  });
});
