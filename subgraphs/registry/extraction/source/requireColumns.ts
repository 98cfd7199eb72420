import { PolkuError } from '../../../../schema/polkuError.js';
import { didYouMean } from '../mapping/nearestName.js';

/**
 * Checks that a source file has the columns that the mapping names. All that are missing are told at once. What stands in the
 * first line is told only where it names a column that was looked for: else it may be a row about somebody.
 * @throws PolkuError SOURCE_COLUMNS
 */
export function requireColumns(file: string, found: readonly string[], needed: readonly string[]): void {
  const missing = needed.filter((column) => !found.includes(column));
  if (missing.length === 0) return;
  if (missing.length === needed.length) {
    throw new PolkuError(
      'SOURCE_COLUMNS',
      `The first line of ${file} names none of the columns of the mapping: ${missing.map((column) => `"${column}"`).join(', ')}. ` +
        'Expected a line of column names; if it is there, correct the names in mapping.yaml, or the delimiter.',
      { file, missing },
    );
  }
  const free = found.filter((column) => !needed.includes(column));
  const named = missing.map((column) => `"${column}"${didYouMean(column, free)}`).join(', ');
  throw new PolkuError(
    'SOURCE_COLUMNS',
    `${file} lacks columns that the mapping names: ${named}. It has: ${found.join(', ')}. Correct the names in mapping.yaml.`,
    { file, missing, found },
  );
}
