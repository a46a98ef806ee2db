import { existsSync, readFileSync } from 'node:fs';

/** The last lines of a log, less the frames of stack traces, and where the rest is: for an error message. */
export function logTail(path: string, lines = 15): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : '';
  const tail = text
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(-lines);
  return [...tail.map((line) => `    ${line.slice(0, 400)}`), `  log: ${path}`].join('\n');
}
