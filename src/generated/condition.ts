/* Made from crds/ by `npm run generate`; never edited. */

/**
 * One fact about this object, in the usual form of Kubernetes.
 */
export interface Condition {
  /**
   * What the condition is about, such as Ready.
   */
  readonly type: string;
  /**
   * Whether it is so.
   */
  readonly status: 'True' | 'False' | 'Unknown';
  /**
   * The metadata.generation that the condition was found for.
   */
  readonly observedGeneration?: number;
  /**
   * When status changed last.
   */
  readonly lastTransitionTime: string;
  /**
   * Why, as one word of a documented list.
   */
  readonly reason: string;
  /**
   * Why, in words, and what to do about it.
   */
  readonly message: string;
}
