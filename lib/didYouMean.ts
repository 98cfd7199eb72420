/**
 * Longer texts are not mistyped names. The time of a comparison grows with the product of the two lengths.
 */
const LONGEST_NAME = 100;
/**
 * Limits, because the known names may come from the faulty file. Only the first names are compared or listed.
 */
const MOST_COMPARED = 1_000;
const MOST_LISTED = 40;

/** Returns "Did you mean ...?" with the most similar known name, or undefined if no name is similar. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  if (written.length > LONGEST_NAME) return undefined;
  let nearest: string | undefined;
  let least = Math.floor(written.length * 0.4) + 1;
  let compared = 0;
  for (const name of known) {
    if (++compared > MOST_COMPARED) break;
    if (Math.abs(name.length - written.length) >= least) continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
}

/** Lists the names that a user can choose from. */
export function listed(names: Iterable<string>): string {
  const all = [...names];
  const more = all.length - MOST_LISTED;
  return all.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * Counts the insertions, deletions, substitutions and swaps of neighbours between two texts (Damerau 1964).
 */
export function editDistance(a: string, b: string): number {
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
