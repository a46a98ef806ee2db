import { formatTable } from './format-table.ts';
import { cellsOf, columns, keyOf, readObjects, type ObjectRow } from './read-objects.ts';
import type { Screen } from './screen.ts';
import { checkOperator } from './operator-process.ts';
import { NAMESPACE, type Stage } from './stage.ts';
import { waitFor } from './wait-for.ts';

/** Shows the table of all objects until it is as wanted. */
export type TableWait = {
  readonly what: string;
  readonly timeoutMs: number;
  readonly isThere: (rows: readonly ObjectRow[]) => boolean;
};

/** Drawn again in place on a terminal; elsewhere each change is a line. @throws DemoError when it takes too long */
export async function watchTable(stage: Stage, { what, timeoutMs, isThere }: TableWait): Promise<void> {
  const startedMs = performance.now();
  let rows: readonly ObjectRow[] = [];
  await waitFor({
    what,
    timeoutMs,
    everyMs: 300,
    signal: stage.signal,
    probe: async () => {
      checkOperator(stage.operator);
      const before = rows;
      rows = await readObjects(stage.kubectl, NAMESPACE);
      const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      if (stage.screen.isLive) stage.screen.redraw([...tableOf(rows, stage.screen), seconds]);
      else for (const line of changesOf(before, rows, seconds)) stage.screen.output(line);
      return isThere(rows) ? true : undefined;
    },
    instead: () => `\n${tableOf(rows, stage.screen).join('\n')}`,
  });
}

/** The table as it is now. */
export async function showTable(stage: Stage): Promise<readonly ObjectRow[]> {
  const rows = await readObjects(stage.kubectl, NAMESPACE);
  stage.screen.output(tableOf(rows, stage.screen).join('\n'));
  return rows;
}

function tableOf(rows: readonly ObjectRow[], screen: Screen): string[] {
  return formatTable([columns, ...rows.map(cellsOf)], screen.width - 3);
}

function changesOf(before: readonly ObjectRow[], after: readonly ObjectRow[], seconds: string): string[] {
  const known = new Map(before.map((row) => [keyOf(row), cellsOf(row).join('\n')]));
  const changed = after.filter((row) => known.get(keyOf(row)) !== cellsOf(row).join('\n'));
  return changed.map((row) => [seconds.padStart(7), keyOf(row), ...cellsOf(row).slice(2)].join('  '));
}
