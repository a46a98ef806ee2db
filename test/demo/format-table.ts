/** Lines of a table whose columns are as wide as their widest cell, the last one cut so that a line fits. */
export function formatTable(rows: readonly (readonly string[])[], width: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const last = row.length - 1;
    const line = row.map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
    return line.length <= width ? line.trimEnd() : `${line.slice(0, Math.max(1, width - 1))}…`;
  });
}
