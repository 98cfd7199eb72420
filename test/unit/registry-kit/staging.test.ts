/**
 * @property extraction/encrypted-spill Rows that are sorted on disk are encrypted under a key that is never
 * written. A killed extraction leaves no identity.
 * @enforcedBy registry-kit/extraction/staging/encryptedSpill.ts
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parquetRows, withMemoryDatabase } from '../../../lib/duckdb.js';
import { NO_CODE, NO_DAY } from '../../../registry-kit/columns/table.js';
import type { StoredRow } from '../../../registry-kit/extraction/rows/sourceRowReader.js';
import { EncryptedSpill } from '../../../registry-kit/extraction/staging/encryptedSpill.js';
import { StagingTable } from '../../../registry-kit/extraction/staging/stagingTable.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-staging-'));
});
afterEach(() => rm(folder, { recursive: true }));

const KEYS = 1_000;
const TEXTS = ['T1', "it's", 'Ä-3'];
const columns = [
  { name: 'id', kind: 'record', texts: undefined },
  { name: 'start', kind: 'day', texts: undefined },
  { name: 'service', kind: 'code', texts: TEXTS },
  { name: 'other', kind: 'person', texts: undefined },
  { name: 'amount', kind: 'number', texts: undefined },
] as const;

/** Few keys, days and ids, so that rows agree in some of them; also keys beyond the announced ones. */
const rowArbitrary = fc.tuple(
  fc.oneof(fc.nat(12), fc.nat(KEYS - 1), fc.constant(KEYS + 500)),
  fc.oneof(fc.bigInt(0n, 40n), fc.bigInt(0n, 2n ** 64n - 2n)),
  fc.oneof(fc.integer({ min: 13_000, max: 13_010 }), fc.constantFrom(-700_000, 2_900_000)),
  fc.option(fc.nat(TEXTS.length - 1)),
  fc.option(fc.nat(2 ** 32 - 2)),
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
);

const open = (unique: string | undefined, blockBytes: number) =>
  new StagingTable({
    columns,
    order: 'start',
    unique,
    keys: KEYS,
    spill: join(folder, 'spill'),
    blockBytes,
  });

async function written(staging: StagingTable): Promise<{ rows: number; read: unknown[][] }> {
  const path = join(folder, 'rows.parquet');
  const rows = await staging.write(path);
  const selected = `subject, id, "start" - DATE '1970-01-01', service, other, amount`;
  const read = await withMemoryDatabase((connection) =>
    connection.runAndReadAll(`SELECT ${selected} FROM ${parquetRows(path)}`),
  );
  return { rows, read: read.getRows().map((row) => row.map((cell, at) => (at === 2 ? Number(cell) : cell))) };
}

/** The expected rows, computed in a slow and obvious way. */
function oracle(rows: readonly StoredRow[], unique: number | undefined): unknown[][] {
  const first = rows.filter(
    (row, index) =>
      unique === undefined || rows.findIndex((other) => other[unique] === row[unique]) === index,
  );
  return [...first]
    .sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[2]) - Number(b[2]))
    .map((row) => row.map((cell, at) => (at === 3 && cell !== null ? TEXTS[Number(cell)] : cell)));
}

describe('staged rows', () => {
  it.each([
    ['any rows', undefined, undefined],
    ['no id twice', 'id', 1],
    ['no subject twice', 'subject', 0],
  ])('come out sorted, the first of equals first: %s, spilled or not', async (_what, unique, position) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowArbitrary, { maxLength: 120 }),
        fc.constantFrom(1, 100, 65_536),
        async (rows, blockBytes) => {
          const staging = open(unique, blockBytes);
          rows.forEach((row, index) => staging.append(row, 2 * index + 1));
          const aside = [...staging.setDuplicatesAside()];
          const { rows: count, read } = await written(staging);
          staging.discard();
          const expected = oracle(rows, position);
          expect(read).toEqual(expected);
          expect([count, aside.length]).toEqual([expected.length, rows.length - expected.length]);
          expect(await readdir(folder)).toEqual(['rows.parquet']);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('distinguish empty values from present ones', async () => {
    const staging = open(undefined, 65_536);
    staging.append([1, 0n, 0, null, null, null], 1);
    staging.append([1, 1n, 1, 0, 0, 0], 2);
    const { read } = await written(staging);
    expect(read).toEqual([
      [1, 0n, 0, null, null, null],
      [1, 1n, 1, TEXTS[0], 0, 0],
    ]);
    expect([NO_DAY, NO_CODE]).toEqual([-(2 ** 31), 2 ** 16 - 1]);
  });

  it('report progress while they are written, and stop when the caller throws', async () => {
    const staging = open(undefined, 65_536);
    for (let row = 0; row < 3_000; row++) staging.append([row % KEYS, 1n, row, null, null, null], row);
    const shares: number[] = [];
    const stop = staging.write(join(folder, 'rows.parquet'), (share) => {
      shares.push(share);
      if (share > 0.5) throw new RangeError('enough');
    });
    await expect(stop).rejects.toThrow(new RangeError('enough'));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    staging.discard();
  });

  it('are not written from a damaged spill', async () => {
    const staging = open(undefined, 1);
    for (let row = 0; row < 300; row++) staging.append([row, 1n, row, null, null, null], row);
    const spill = await readFile(join(folder, 'spill'));
    await writeFile(join(folder, 'spill'), spill.with(5_000, spill[5_000]! ^ 1));
    await expect(staging.write(join(folder, 'rows.parquet'))).rejects.toThrow();
    staging.discard();
  });
});

describe('the spill', () => {
  it('holds no plain text, and can be read back', async () => {
    const path = join(folder, 'spill');
    const spill = new EncryptedSpill(path);
    const block = Buffer.from('key 4711 row 12 '.repeat(200));
    const places = [spill.write(block), spill.write(block)];
    const file = await readFile(path);
    expect(file).toHaveLength(2 * block.length);
    expect(file.includes('4711')).toBe(false);
    expect(file.subarray(0, block.length).equals(file.subarray(block.length))).toBe(false);
    expect(places.map((place) => spill.read(place))).toEqual([block, block]);
    spill.remove();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is encrypted under another key each time', async () => {
    const block = Buffer.alloc(64);
    const files = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const spill = new EncryptedSpill(join(folder, name));
        spill.write(block);
        const file = await readFile(join(folder, name));
        spill.remove();
        return file;
      }),
    );
    expect(files[0]!.equals(files[1]!)).toBe(false);
  });
});
