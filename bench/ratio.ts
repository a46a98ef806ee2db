/** Smallest, middle and largest of some values. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws RangeError for no values */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  if (sorted.length === 0) throw new RangeError('no values');
  return { min: at(0), median: at(0.5), max: at(1) };
}

/** The smallest value that such a share of the values does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

/** Each trial's value by that of the same trial of the floor: noise that lasts longer than a trial falls out. */
export function ratios(values: readonly number[], floor: readonly number[]): Spread {
  return spread(values.map((value, index) => value / (floor[index] ?? Number.NaN)));
}

export function inWords({ min, median, max }: Spread, digits = 2): string {
  return `${min.toFixed(digits)}  ${median.toFixed(digits)}  ${max.toFixed(digits)}`;
}
