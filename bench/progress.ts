/** Progress and what was measured on the way; results go to the standard output. */
export const log = (line: string): void => console.error(line);
