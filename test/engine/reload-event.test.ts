import { describe, expect, test } from '@jest/globals';
import { reloadEvent } from '../../src/engine/reload-event.ts';

const DONE = { endpoint: 'https://a:9200' };
const OFF = {
  endpoint: 'https://b:9200',
  refusal: { type: 'unsupported', words: 'no handler found for uri' },
} as const;

describe('the event after a reload', () => {
  test('names the endpoints whose nodes did it', () => {
    const event = reloadEvent([DONE, { endpoint: 'https://b:9200' }]);
    expect(event).toMatchObject({ type: 'Normal', reason: 'CertificatesReloaded' });
    expect(event.message).toContain('https://a:9200, https://b:9200');
  });

  test('names the setting where it is switched off, for that endpoint alone', () => {
    const event = reloadEvent([DONE, OFF]);
    expect(event).toMatchObject({ type: 'Warning', reason: 'CertificatesNotReloaded' });
    expect(event.message).toMatch(/^https:\/\/b:9200: .*plugins\.security\.ssl_cert_reload_enabled/);
  });

  test.each([
    ['Access denied', 'restapi:admin/ssl/certs/reload'],
    ['a certificate that ends earlier', 'a certificate that ends earlier'],
  ])('says of %j what to do', (words, expected) => {
    const event = reloadEvent([{ ...DONE, refusal: { type: 'refused', words } }]);
    expect(event.message).toContain(expected);
  });
});
