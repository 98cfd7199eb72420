/**
 * @property extraction/keys-first Extraction replaces identity codes by keys before it stores anything.
 * Registries hold neither the secret nor the store of linkage.
 * @enforcedBy linkage/linkage.ts, registry-kit/extraction/extractTable.ts
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parquetRows, withMemoryDatabase } from '../../lib/duckdb.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import { generateCity } from '../../synthetic-city/generateCity.js';
import { ExtractionSite } from './extractionExports.js';

/** Shorter texts occur in random bytes by chance. */
const SHORTEST = 6;

let site: ExtractionSite;
let needles: readonly Buffer[];
let haystacks: Map<string, Buffer>;

beforeAll(async () => {
  site = await ExtractionSite.create({});
  await generateCity({ persons: 120, seed: 5, out: site.source });
  const linkage = await site.linkage();
  for (const registry of [populationRegistry, healthRegistry, socialRegistry, educationRegistry]) {
    await extract({ registry, source: site.source, data: site.data, linkage, synthetic: true });
  }
  needles = [...(await identifyingTexts())].flatMap(spellings);
  haystacks = await everythingBelow(site.data);
});
afterAll(() => site.remove());

async function linesOf(file: string): Promise<string[][]> {
  const text = await readFile(join(site.source, 'population', file), 'utf8');
  return text
    .trimEnd()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
}

/** Every code, name and address in the population register's export. */
async function identifyingTexts(): Promise<Set<string>> {
  const people = await linesOf('henkilot.csv');
  const changes = await linesOf('tunnusmuutokset.csv');
  const homes = await linesOf('asuminen.csv');
  const texts = [
    ...people.flatMap(([code, surname, names]) => [code!, surname!, ...names!.split(/[" ]+/)]),
    ...changes.flatMap(([old, current]) => [old!, current!]),
    ...homes.map(([, address]) => address!),
  ];
  return new Set(texts.filter((text) => text.length >= SHORTEST));
}

/**
 * The encodings in which a text may be hidden in a file: UTF-8 and UTF-16, plain, in hexadecimal and in
 * base64 at any offset.
 */
function spellings(text: string): Buffer[] {
  const utf16 = Buffer.from(text, 'utf16le');
  return [Buffer.from(text), utf16, Buffer.from(utf16).swap16()].flatMap((bytes) => [
    bytes,
    Buffer.from(bytes.toString('hex')),
    Buffer.from(bytes.toString('hex').toUpperCase()),
    ...[0, 1, 2].map((offset) => {
      const base64 = Buffer.concat([Buffer.alloc(offset), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      // The first and last characters depend on the neighbours.
      return Buffer.from(base64.slice(Math.ceil((offset * 4) / 3), -1));
    }),
  ]);
}

/** Every file, and for Parquet also its decompressed content. */
async function everythingBelow(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found.set(path, await readFile(path));
    if (!path.endsWith('.parquet')) continue;
    const rows = await withMemoryDatabase((connection) =>
      connection.runAndReadAll(`SELECT * FROM ${parquetRows(path)}`),
    );
    found.set(`${path}, read`, Buffer.from(rows.getRowsJson().map(String).join('\n')));
  }
  return found;
}

const placesOf = (places: Map<string, Buffer>) =>
  [...places].flatMap(([path, bytes]) => (needles.some((needle) => bytes.includes(needle)) ? [path] : []));

describe('what is stored', () => {
  it('holds no identity code, name or address in any spelling', () => {
    expect(needles.length).toBeGreaterThan(1000);
    expect(haystacks.size).toBeGreaterThan(30);
    expect(placesOf(haystacks)).toEqual([]);
  });

  it('would fail this check if it held one', async () => {
    const [person] = await linesOf('henkilot.csv');
    const hidden = ['xx', 'x', ''].map((before) =>
      Buffer.from(Buffer.from(`${before}${person![0]} and more`).toString('base64')),
    );
    const planted = new Map(hidden.map((bytes, index) => [String(index), bytes]));
    expect(placesOf(planted)).toEqual(['0', '1', '2']);
  });

  it('holds no word of the free text', async () => {
    const contacts = await readFile(join(site.source, 'social', 'contacts.csv'), 'utf8');
    const words = [...new Set(contacts.match(/\p{L}{10,}/gu))].map((word) => Buffer.from(word));
    expect(words.length).toBeGreaterThan(20);
    const found = [...haystacks.values()].flatMap((bytes) => words.filter((word) => bytes.includes(word)));
    expect(found.map(String)).toEqual([]);
  });
});
