import type { Cluster } from '../commit/cluster.ts';
import type { Credentials } from './credentials.ts';
import type { Finalizers } from './finalizers.ts';
import type { ObjectTeller } from './object-teller.ts';
import type { SessionState } from './session-state.ts';
import type { TurnMeter } from './turn-meter.ts';
import type { World } from './world.ts';

/** What a turn works with. */
export interface TurnContext {
  readonly world: World;
  readonly state: SessionState;
  readonly teller: ObjectTeller;
  readonly finalizers: Finalizers;
  readonly cluster: Cluster;
  readonly meter: TurnMeter;
  readonly credentials: Credentials;
  /** Only clean up: the connection is going. */
  readonly onlyRemovals: boolean;
  readonly signal: AbortSignal;
}
