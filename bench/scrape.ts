import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Program } from './program.ts';

const QUIET_MS = 15_000;
const TIMEOUT_MS = 10 * 60_000;

/** What an operator has asked of both servers since it started, by its own metrics. */
export interface Requests {
  readonly kubernetesWrites: number;
  readonly searchReads: number;
  readonly searchWrites: number;
}

/** Scrapes the metrics of an operator that said where they are. */
export async function scrape(operator: Program): Promise<Requests> {
  const text = await (await request(`${addressOf(operator)}/metrics`)).body.text();
  const sum = (name: string, isMeant: (labels: string) => boolean): number =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && isMeant(line))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  const isRead = (labels: string): boolean => labels.includes('method="GET"');
  const search = 'opensearch_security_api_request_duration_seconds_count';
  return {
    kubernetesWrites: sum('rest_client_requests_total', (labels) => !isRead(labels)),
    searchReads: sum(search, isRead),
    searchWrites: sum(search, (labels) => !isRead(labels)),
  };
}

/** Until nothing was written for so long that garbage is collected as well. @throws Error when that does not come */
export async function untilQuiet(operator: Program): Promise<void> {
  let before = await scrape(operator);
  for (let waitedMs = 0; waitedMs < TIMEOUT_MS; waitedMs += QUIET_MS) {
    await sleep(QUIET_MS);
    const now = await scrape(operator);
    // Passwords are checked for ever, by a PATCH that changes nothing; what changes something is told.
    if (since(before, now).kubernetesWrites === 0) return;
    before = now;
  }
  throw new Error(`the operator was still writing after ${TIMEOUT_MS} ms`);
}

export function since(before: Requests, after: Requests): Requests {
  return {
    kubernetesWrites: after.kubernetesWrites - before.kubernetesWrites,
    searchReads: after.searchReads - before.searchReads,
    searchWrites: after.searchWrites - before.searchWrites,
  };
}

function addressOf({ lines }: Program): string {
  const said = lines.find(({ msg }) => msg === 'metrics and health served');
  const { port } = said?.['address'] as { readonly port: number };
  return `http://127.0.0.1:${port}`;
}
