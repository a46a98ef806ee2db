import type { KubernetesClient } from '../clients/kubernetes.ts';
import type { Clock } from '../clock.ts';
import { API_BASE } from '../desired/resource.ts';
import type { Log } from '../log.ts';
import { ListWatch, type Cached, type OnChange, type RawObject } from './list-watch.ts';
import type { WatchProgress } from './watch-progress.ts';

/** What every watch needs. */
export interface WatchTools {
  readonly kubernetes: KubernetesClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly progress: WatchProgress;
}

/** One collection of our own group, in the whole cluster or in each of some namespaces. */
export function watchCollection<T extends Cached>(
  tools: WatchTools,
  {
    plural,
    namespaces,
    project,
    onChange,
  }: { plural: string; namespaces: readonly string[]; project: (raw: RawObject) => T; onChange: OnChange<T> },
): readonly ListWatch<T>[] {
  const paths =
    namespaces.length === 0
      ? [`${API_BASE}/${plural}`]
      : namespaces.map((name) => `${API_BASE}/namespaces/${name}/${plural}`);
  return paths.map((path) => new ListWatch<T>({ ...tools, path, isRequired: true, project, onChange }));
}
