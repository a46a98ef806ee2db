/**
 * Whether a pattern of the Security plugin matches all of a text: `*` stands for any text, `?` for one character.
 * At most as many steps as the product of both lengths, whatever the pattern: no regular expression could promise that.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let [inPattern, inText] = [0, 0];
  let [star, resumeAt] = [-1, 0];
  while (inText < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      resumeAt = inText;
    } else if (wanted === '?' || wanted === text[inText]) {
      inPattern++;
      inText++;
    } else if (star >= 0) {
      inPattern = star + 1;
      inText = ++resumeAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}

/** The text before the first wildcard; all of it when there is none. */
export function literalHead(pattern: string): string {
  const at = pattern.search(/[*?]/);
  return at < 0 ? pattern : pattern.slice(0, at);
}
