import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CityDescription, cityPage, describeCity } from '../../../synthetic-city/describe/cityPage.js';
import { generateCity } from '../../../synthetic-city/generateCity.js';

const PERSONS = 5000;
const WHOLE = 520_000;

/**
 * The relative difference that a figure of such a small city may have from the published one; 0.2 by default.
 */
const TOLERANCE: Record<string, number> = {
  'People over 2002-2016': 0,
  'Residents at the end of 2016': 0.06,
  'Mother tongue Swedish': 0.4,
  'Contacts over 2002-2016': 0.1,
  'Residents with a contact in a year (2016)': 0.04,
  'Visits to a health-centre doctor with a diagnosis': 0.03,
  'Lone parents among families with minors': 0.3,
  'Residents on income support in a month (2014)': 0.5,
  'Residents on income support in a year (2014)': 0.4,
  'Lone mothers on income support in a year (2014)': 0.7,
  'Couples with minors on income support in a year (2014)': 0.6,
  'Child-protection notifications: 0-17 year olds concerned (2016)': 0.35,
  'Clients of child protection among 0-17 year olds (2016)': 0.35,
  '0-17 year olds in open care (2016)': 0.35,
  '0-17 year olds placed outside the home (2016)': 0.6,
  'Fall of the share of clients from 2014 to 2016': 0.6,
};

let folder: string;
let city: CityDescription;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polku-figures-'));
  await generateCity({ persons: PERSONS, seed: 5, out: join(folder, 'city') });
  city = await describeCity(join(folder, 'city'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a generated city', () => {
  it('is close to each published figure', () => {
    const far = city.figures.filter(({ what, published, made, scales }) => {
      const value = scales ? (made * WHOLE) / PERSONS : made;
      return published === null || Math.abs(value / published - 1) > (TOLERANCE[what] ?? 0.2);
    });
    expect(far.map(({ what, published, made }) => ({ what, published, made }))).toEqual([]);
  });

  it('has a good but uncertain best prediction, and as many clients as it expects', () => {
    expect(city.oracle.map(({ years }) => years)).toEqual([1, 2, 3, 4, 5]);
    const five = city.oracle[4] as CityDescription['oracle'][number];
    expect(five.auc).toBeGreaterThan(0.78);
    expect(five.auc).toBeLessThan(0.9);
    expect(Math.abs(five.became / five.expected - 1)).toBeLessThan(0.3);
  });

  it('is shown on a page with its pictures', () => {
    const page = cityPage(city);
    for (const [name, svg] of city.pictures) {
      expect(page).toContain(`(city/${name})`);
      expect(svg.startsWith('<svg ') && svg.endsWith('</svg>\n')).toBe(true);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
    for (const { what } of city.figures) expect(page).toContain(`| ${what} `);
  });

  it('is not described when it does not exist', async () => {
    await expect(describeCity(folder)).rejects.toThrow('polku-city.json');
  });
});
