/** More bits than the last digits of all terms can spoil. */
const GUARD_BITS = 64n;
const HEX_IN_WORD = 8;

/**
 * The binary digits of pi after the point, in words of 32 bits: the tables that Blowfish begins with.
 * By the series of the Chudnovsky brothers, 47 bits a term; 10 ms for 1,042 words.
 */
export function piWords(count: number): Int32Array {
  const one = 1n << (BigInt(count * 32) + GUARD_BITS);
  const digits = ((piTimes(one) & (one - 1n)) >> GUARD_BITS).toString(16).padStart(count * HEX_IN_WORD, '0');
  const word = (index: number): string => digits.slice(index * HEX_IN_WORD, (index + 1) * HEX_IN_WORD);
  return Int32Array.from({ length: count }, (_, index) => Number.parseInt(word(index), 16));
}

function piTimes(one: bigint): bigint {
  let [term, sum, weightedSum] = [one, one, 0n];
  for (let k = 1n; term !== 0n; k += 1n) {
    term = (term * -(6n * k - 5n) * (2n * k - 1n) * (6n * k - 1n)) / (k ** 3n * (640_320n ** 3n / 24n));
    sum += term;
    weightedSum += k * term;
  }
  return (426_880n * squareRoot(10_005n * one * one) * one) / (13_591_409n * sum + 545_140_134n * weightedSum);
}

/** By Newton's method from above, as a whole number. */
function squareRoot(square: bigint): bigint {
  let next = 1n << BigInt(square.toString(16).length * 2);
  let root = next + 1n;
  while (next < root) {
    root = next;
    next = (root + square / root) >> 1n;
  }
  return root;
}
