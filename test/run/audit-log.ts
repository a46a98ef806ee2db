import { createReadStream, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** One request to an API server, as its audit log has it; as much as is looked at. */
export interface AuditEvent {
  readonly requestURI: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The events on lines that a filter lets through, from the log and from what was cut off it when it grew too large. */
export async function readAuditLog(path: string, isWanted: (line: string) => boolean): Promise<readonly AuditEvent[]> {
  const folder = dirname(path);
  const files = readdirSync(folder).filter((name) => /^audit.*\.log$/.test(name));
  const events: AuditEvent[] = [];
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) }))
      if (isWanted(line)) events.push(JSON.parse(line) as AuditEvent);
  }
  return events;
}
