import { expect, test } from '@jest/globals';
import { freshConnector } from '../../src/clients/fresh-connector.ts';

test('a client key that is none fails the connection and nothing else', async () => {
  const connect = freshConnector(() => Promise.resolve({ key: 'not a key', cert: 'not a certificate' }));
  const at = { hostname: '127.0.0.1', host: '127.0.0.1', protocol: 'https:', port: '1' };
  const failure = await new Promise((resolve) => {
    connect(at, (...answer: readonly unknown[]) => resolve(answer[0]));
  });
  expect(String(failure)).toContain('no start line');
});
