/** One watched collection, as seen from outside. */
export interface WatchTrack {
  /** It got something, or noticed that it did not and tries again. */
  moved(): void;
  /** The first list does not succeed. @returns whether that is news */
  failed(words: string): boolean;
  /** The first list is complete. */
  synced(): void;
  /** Nobody watches it any more. */
  close(): void;
}

interface State {
  readonly path: string;
  readonly isRequired: boolean;
  quietBeats: number;
  isSynced: boolean;
  words: string;
}

/** Whether all watches get on: which first lists are missing and why, and which watches have gone silent. */
export class WatchProgress {
  readonly #states = new Set<State>();

  /** @param path of the collection; `isRequired`: nothing is done before it was listed */
  track(path: string, { isRequired }: { readonly isRequired: boolean }): WatchTrack {
    const state: State = { path, isRequired, quietBeats: 0, isSynced: false, words: '' };
    this.#states.add(state);
    return {
      moved: () => (state.quietBeats = 0),
      failed: (words) => {
        const before = state.words;
        state.words = words.replace(`GET ${path}: `, '');
        return before !== state.words;
      },
      synced: () => (state.isSynced = true),
      close: () => this.#states.delete(state),
    };
  }

  /** Some time passed; a watch that has not moved in many beats is stuck. */
  beat(): void {
    for (const state of this.#states) state.quietBeats += 1;
  }

  /** Collections whose watch has not moved for more than so many beats. */
  stuck(beats: number): readonly string[] {
    return [...this.#states].filter(({ quietBeats }) => quietBeats > beats).map(({ path }) => path);
  }

  /** One line for each required list that is missing, with the words of the server. */
  missing(): readonly string[] {
    return [...this.#states]
      .filter(({ isRequired, isSynced }) => isRequired && !isSynced)
      .map(({ path, words }) => `${path}: ${words === '' ? 'not listed yet' : words}`);
  }
}
