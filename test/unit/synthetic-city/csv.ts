/** Reads a CSV text with quoted values and line breaks inside them; the first row is the header. */
export function parseCsv(text: string, separator = ','): Record<string, string>[] {
  const rows: string[][] = [[]];
  let value = '';
  let quoted = false;
  const endValue = (): void => {
    (rows.at(-1) as string[]).push(value);
    value = '';
  };
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quoted && character === '"' && text.charAt(i + 1) === '"') value += text.charAt(++i);
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) endValue();
    else if (!quoted && character === '\n') {
      endValue();
      rows.push([]);
    } else value += character;
  }
  const [header, ...body] = rows.slice(0, -1) as [string[], ...string[][]];
  return body.map((cells) => {
    if (cells.length !== header.length)
      throw new Error(`${cells.length} values for ${header.length} columns`);
    return Object.fromEntries(header.map((name, i): [string, string] => [name, cells[i] as string]));
  });
}

/** Rows by the value of one column, in order. */
export function groupBy<Row extends Record<string, string>>(
  rows: readonly Row[],
  column: string,
): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row[column] as string;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
