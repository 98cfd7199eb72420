/** "Did you mean ...?" with the nearest of the known names; undefined where none is near. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(written.length * 0.4) + 1;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other (Damerau 1964). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const [row, above, twoAbove] = [[i], rows[i - 1]!, rows[i - 2]];
    for (let j = 1; j <= b.length; j++) {
      const substitution = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? twoAbove?.[j - 2] : undefined;
      row.push(
        Math.min(
          above[j]! + 1,
          row[j - 1]! + 1,
          substitution,
          swapped === undefined ? Infinity : swapped + 1,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
