import { timestamp } from '../clock.ts';
import type { CertificateEnd } from '../desired/certificate-end.ts';
import type { OpenSearchConnectionStatus } from '../generated/opensearch-connection.ts';
import type { Claimed } from './next-status.ts';

const DAY_MS = 86_400_000;
/** More of them help nobody. */
const MAX_NAMED = 10;
/** What a status has room for. */
const MAX_LISTED = 1000;
const MAX_NAME = 2048;

/** The condition about certificates; undefined when none can be seen. Pure. */
export function certificatesClaim(
  ends: readonly CertificateEnd[],
  { nowMs, warnBeforeDays }: { readonly nowMs: number; readonly warnBeforeDays: number },
): Claimed | undefined {
  const sorted = ends.toSorted((a, b) => a.endsMs - b.endsMs || (spell(a) < spell(b) ? -1 : 1));
  const [first] = sorted;
  if (first === undefined) return undefined;
  const type = 'CertificatesValid';
  const ending = sorted.filter(({ endsMs }) => endsMs - nowMs < warnBeforeDays * DAY_MS);
  if (ending.length === 0) return { type, status: 'True', reason: 'Valid', message: `first to end: ${spell(first)}` };
  const named = ending.slice(0, MAX_NAMED).map(spell);
  const more = ending.length > MAX_NAMED ? `; and ${ending.length - MAX_NAMED} more` : '';
  const reason = first.endsMs <= nowMs ? 'CertificateExpired' : 'CertificateExpiring';
  return { type, status: 'False', reason, message: `renew what ends soon: ${named.join('; ')}${more}` };
}

/** Those of nodes, as a status lists them. */
export function listCertificates(
  ends: readonly CertificateEnd[],
): NonNullable<OpenSearchConnectionStatus['certificates']> {
  return ends
    .flatMap(({ node, kind, subject, issuer, endsMs }) =>
      kind === 'client' || kind === 'rescue'
        ? []
        : [{ node: cut(node, 512), kind, subject: cut(subject), issuer: cut(issuer), notAfter: timestamp(endsMs) }],
    )
    .toSorted((a, b) => (`${a.node} ${a.kind}` < `${b.node} ${b.kind}` ? -1 : 1))
    .slice(0, MAX_LISTED);
}

function spell({ node, kind, endsMs }: CertificateEnd): string {
  const isOwn = kind === 'client' || kind === 'rescue';
  const whose = isOwn ? `the ${kind} certificate of this connection` : `${kind} of node ${cut(node, 100)}`;
  return `${whose} on ${timestamp(endsMs).slice(0, 10)}`;
}

function cut(name: string, length = MAX_NAME): string {
  return name.slice(0, length).toWellFormed();
}
