/** Who sends requests, and whether they may change anything. */
export interface Caller {
  /** Such as `opensearch-security-operator/1.2.3 (pod-name)`; in the audit log of both servers. */
  readonly userAgent: string;
  /** Called before each request that may change something, as late as can be. @throws NotLeaderError */
  readonly assertMayWrite: () => void;
  /** Aborted when the right to write is lost for good: what is being written is cut off. Absent: the process ends then. */
  readonly lost?: AbortSignal;
}

/** The header that tells who sends a request; none for nobody in particular. */
export function userAgent(caller: Caller | undefined): Readonly<Record<string, string>> {
  return caller === undefined ? {} : { 'user-agent': caller.userAgent };
}
