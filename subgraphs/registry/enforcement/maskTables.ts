import type { MaskTables } from '../../../policies/engine/catalogue/masks.js';
import { readCodeLists } from '../codes.js';

/**
 * What masks look up: districts lie in areas as the population register's code list says, for every registry alike.
 * @throws PolkuError MAPPING_INVALID
 */
export async function readMaskTables(): Promise<MaskTables> {
  const districts = (await readCodeLists('population')).get('districts') ?? new Map<string, never>();
  const areas = [...districts].flatMap(([code, { area }]) =>
    area === undefined ? [] : [[code, area] as const],
  );
  return { areaOfDistrict: new Map(areas) };
}
