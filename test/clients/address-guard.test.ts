import { describe, expect, test } from '@jest/globals';
import { isForbiddenAddress, permittedLookup } from '../../src/clients/address-guard.ts';
import { OpenSearchClient } from '../../src/clients/opensearch.ts';
import { SettingsError } from '../../src/errors.ts';

describe('an address', () => {
  test.each([
    '169.254.169.254',
    '169.254.0.1',
    '0.0.0.0',
    '100.100.100.200',
    'fe80::1',
    'fe80::1%eth0',
    'FEBF::1',
    'fd00:ec2::254',
    'fd00:0ec2:0:0:0:0:0:254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '::',
    '168.63.129.16',
    'fd20:ce::254',
  ])('%s is never asked', (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '169.253.1.1',
    '8.8.8.8',
    '64:ff9b::808:808',
    '::1',
    'fd00::1',
    '2001:db8::1',
  ])('%s may be asked', (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
  });
});

describe('an endpoint', () => {
  const settings = {
    auth: { type: 'basic', username: 'u', password: 'p' },
    insecureSkipVerify: false,
    requestTimeoutMs: 1000,
    opaqueId: 'test',
  } as const;

  test.each([
    'https://169.254.169.254',
    'http://0xa9fea9fe:9200',
    'http://2852039166',
    'http://[fe80::1]:9200',
    'http://[::ffff:169.254.169.254]',
  ])('%s is refused, however it is written', (endpoint) => {
    expect(() => new OpenSearchClient({ ...settings, endpoints: ['https://good.example', endpoint] })).toThrow(
      SettingsError,
    );
  });
});

describe('looking up a host', () => {
  function lookUp(host: string, options: { all?: boolean }): Promise<readonly unknown[]> {
    return new Promise((resolve) => {
      permittedLookup(host, options, (...answer) => resolve(answer));
    });
  }

  test('gives its address', async () => {
    expect(await lookUp('127.0.0.1', {})).toEqual([null, '127.0.0.1', 4]);
  });

  test('gives all addresses when asked for', async () => {
    expect(await lookUp('127.0.0.1', { all: true })).toEqual([null, [{ address: '127.0.0.1', family: 4 }]]);
  });

  test('fails when there is no such host', async () => {
    const [error] = await lookUp('nowhere.invalid', {});
    expect(error).toMatchObject({ syscall: 'getaddrinfo' });
  });

  test('fails when it leads to a forbidden one', async () => {
    const [error] = await lookUp('169.254.169.254', {});
    expect(String(error)).toContain('which is never asked');
  });
});
