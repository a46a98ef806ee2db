import type { LeaderElector, LeaseView } from './leader-elector.ts';

/** A Lease that is renewed in the background from when it was taken until it is given back or lost. */
export class KeptLease {
  readonly #elector: LeaderElector;
  #held: Promise<void> | undefined;
  #stop = new AbortController();
  #view: LeaseView | undefined;

  constructor(elector: LeaderElector) {
    this.#elector = elector;
  }

  get isOurs(): boolean {
    return this.#held !== undefined;
  }

  /** As it was seen last; undefined while it is ours and until somebody looks. */
  get view(): LeaseView | undefined {
    return this.#view;
  }

  readonly assertOurs = (): void => this.#elector.assertLeader();

  /** Looks whose it is, unless it is ours. When nobody can tell, it stays as it was seen last. @returns whether that is known now */
  async look(signal: AbortSignal): Promise<boolean> {
    if (this.isOurs) return true;
    const view = await this.#elector.look(signal);
    this.#view = view ?? this.#view;
    return view !== undefined;
  }

  /** @param onLost called once when somebody else may have it. @returns whether it is ours now */
  async take(signal: AbortSignal, onLost: () => void): Promise<boolean> {
    if (!(await this.#elector.take(signal))) return false;
    this.#view = undefined;
    this.#stop = new AbortController();
    this.#held = this.#elector.hold(this.#stop.signal).catch(() => {
      this.#held = undefined;
      onLost();
    });
    return true;
  }

  /** Others are told that this process ends, as long as it still has the Lease. */
  windUp(): void {
    if (this.isOurs) this.#elector.windUp();
  }

  /** Lets the next one have it at once, or the heir that is named. Nothing when it is not ours. */
  async giveBack(heir?: string): Promise<void> {
    this.#stop.abort();
    await this.#held;
    this.#held = undefined;
    this.#view = undefined;
    await this.#elector.release(heir);
  }
}
