import { capitalise } from './people.js';

const known = ['health', 'social', 'education'];

/** The sector's name in words: `HEALTH` -> Health. */
export function sectorName(sector: string): string {
  return capitalise(sector.toLowerCase().replaceAll('_', ' '));
}

/** The class that gives a mark its sector's colour. */
export function sectorClass(sector: string): string {
  const name = sector.toLowerCase();
  return `sector-${known.includes(name) ? name : 'other'}`;
}

/** Sectors in one order everywhere: the known ones, then others by name. */
export function orderSectors(sectors: Iterable<string>): string[] {
  const rank = (sector: string): number => {
    const index = known.indexOf(sector.toLowerCase());
    return index === -1 ? known.length : index;
  };
  return [...new Set(sectors)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
