import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import { readRegularFile } from '../../../schema/regularFile.js';

/** The file by which a synthetic city says that everybody in it is made up. */
export const SOURCE_MARKER = 'polku-city.json';

/**
 * Whether a source says of itself that everybody in it is made up. Without a marker people are taken to be real.
 * @throws PolkuError SOURCE_UNREADABLE where there is a marker that cannot be read
 */
export async function readSourceMarker(source: string): Promise<{ readonly synthetic: boolean }> {
  let text: string;
  try {
    text = await readRegularFile(join(source, SOURCE_MARKER));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { synthetic: false };
    throw unreadable();
  }
  try {
    const marker = JSON.parse(text) as { synthetic?: unknown } | null;
    return { synthetic: marker?.synthetic === true };
  } catch {
    throw unreadable();
  }
}

/** The cause stays behind, for it quotes the file. */
function unreadable(): PolkuError {
  return new PolkuError(
    'SOURCE_UNREADABLE',
    `${SOURCE_MARKER} in the source cannot be read as JSON. Expected the file that "polku city generate" writes.`,
  );
}
