import type { ReloadAnswer } from '../commit/cluster.ts';
import type { EventDraft } from '../status/event-recorder.ts';

const OFF =
  'reading certificates again is switched off: set plugins.security.ssl_cert_reload_enabled to true in opensearch.yml of each node';
const DENIED =
  'not permitted: connect with the admin certificate, or as a user with the permission restapi:admin/ssl/certs/reload';

/** What to tell after the endpoints were told to read their certificates again. Pure. */
export function reloadEvent(answers: readonly ReloadAnswer[]): EventDraft {
  const failed = answers.flatMap(({ endpoint, refusal }) => (refusal === undefined ? [] : [{ endpoint, ...refusal }]));
  const done = answers.filter(({ refusal }) => refusal === undefined).map(({ endpoint }) => endpoint);
  if (failed.length === 0) {
    const message = `the nodes behind ${done.join(', ')} read their certificates again`;
    return { type: 'Normal', reason: 'CertificatesReloaded', message };
  }
  const problems = failed.map((refusal) => `${refusal.endpoint}: ${problemOf(refusal)}`);
  return { type: 'Warning', reason: 'CertificatesNotReloaded', message: problems.join('; ') };
}

function problemOf({ type, words }: NonNullable<ReloadAnswer['refusal']>): string {
  if (type === 'unsupported') return OFF;
  return words === 'Access denied' ? DENIED : words;
}
