/** The server takes a table of at most this many rows and columns. */
export const mostRows = 200;
const mostColumns = 30;
/** Of a table whose template names none. */
const usualColumns = 3;

type Row = Record<string, unknown> | unknown[];

function parsed(value: string | undefined): Row[] {
  if (!value) return [];
  try {
    const rows: unknown = JSON.parse(value);
    return Array.isArray(rows) ? rows.filter((row) => typeof row === 'object' && row !== null) as Row[] : [];
  } catch {
    return [];
  }
}

const shown = (cell: unknown) => (cell === null || cell === undefined ? '' : String(cell));

/** How many columns a table has on the page: those it names, else those of what is in it already. */
export function columnCount(columns: readonly string[], value: string | undefined): number {
  if (columns.length) return Math.min(columns.length, mostColumns);
  const widths = parsed(value).map((row) => (Array.isArray(row) ? row.length : Object.keys(row).length));
  return Math.min(Math.max(0, ...widths) || usualColumns, mostColumns);
}

/** What the text holds, as cells; a row by names or by places. */
export function cellsOf(value: string | undefined, columns: readonly string[], width: number): string[][] {
  return parsed(value).slice(0, mostRows).map((row) => {
    const cells = Array.isArray(row) ? row : columns.length ? columns.map((name) => row[name]) : Object.values(row);
    return Array.from({ length: width }, (_, at) => shown(cells[at]));
  });
}

/** The rows that have something in them, as the text that the server takes; nothing when there is none. */
export function tableText(rows: readonly string[][], columns: readonly string[]): string {
  const full = rows.filter((row) => row.some((cell) => cell.trim()));
  if (!full.length) return '';
  if (!columns.length) return JSON.stringify(full);
  return JSON.stringify(full.map((row) => {
    const named: Record<string, string> = {};
    columns.slice(0, row.length).forEach((name, at) => { named[name] = row[at]; });
    return named;
  }));
}
