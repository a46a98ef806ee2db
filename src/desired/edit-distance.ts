/**
 * Fewest insertions, deletions, replacements and swaps of neighbours that make one text the other (Damerau–Levenshtein
 * without edits inside of swaps); undefined when it takes more than `most`.
 * Cost: the length times `most`; next to nothing when the lengths differ by more than `most`.
 */
export function editDistance(from: string, to: string, most: number): number | undefined {
  if (from === to) return 0;
  if (most < 1 || Math.abs(from.length - to.length) > most) return undefined;
  let beforeLast: Row = [];
  let last: Row = Array.from({ length: most + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = nextRow({ from, to, row, most }, last, beforeLast);
    // Numbers never fall again from row to row, but a swap reaches over one.
    if (isBeyond(next, most) && isBeyond(last, most)) return undefined;
    [beforeLast, last] = [last, next];
  }
  const edits = last[to.length] ?? Infinity;
  return edits > most ? undefined : edits;
}

/** Edits that make the first letters of one text the first letters of the other; absent where it takes too many. */
type Row = readonly (number | undefined)[];

/** Only columns at most `most` from the diagonal are looked at: others take more edits than that. */
function nextRow(
  { from, to, row, most }: { readonly from: string; readonly to: string; readonly row: number; readonly most: number },
  last: Row,
  beforeLast: Row,
): Row {
  const next: number[] = [];
  if (row <= most) next[0] = row;
  for (let column = Math.max(1, row - most); column <= Math.min(to.length, row + most); column++) {
    const isSame = from[row - 1] === to[column - 1];
    const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
    const replaced = (last[column - 1] ?? Infinity) + (isSame ? 0 : 1);
    const swapped = isSwap ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity;
    next[column] = Math.min(replaced, swapped, (last[column] ?? Infinity) + 1, (next[column - 1] ?? Infinity) + 1);
  }
  return next;
}

function isBeyond(row: Row, most: number): boolean {
  return row.every((edits) => edits === undefined || edits > most);
}
