import { PolkuError } from '../../../../schema/polkuError.js';
import { didYouMean } from '../mapping/nearestName.js';

/**
 * Checks that a source file has the columns that the mapping names. All that are missing are told at once.
 * @throws PolkuError SOURCE_COLUMNS
 */
export function requireColumns(file: string, found: readonly string[], needed: readonly string[]): void {
  const missing = needed.filter((column) => !found.includes(column));
  if (missing.length === 0) return;
  const free = found.filter((column) => !needed.includes(column));
  const named = missing.map((column) => `"${column}"${didYouMean(column, free)}`).join(', ');
  throw new PolkuError(
    'SOURCE_COLUMNS',
    `${file} lacks columns that the mapping names: ${named}. It has: ${found.join(', ')}. ` +
      'Correct the names in mapping.yaml, or the delimiter if the file looks like one column.',
    { file, missing, found },
  );
}
