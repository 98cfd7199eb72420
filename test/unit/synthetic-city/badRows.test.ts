import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BAD_ROW_KINDS } from '../../../synthetic-city/badRows.js';
import { type CitySummary, generateCity } from '../../../synthetic-city/generateCity.js';
import { CityExports, FILES } from './cityExports.js';

let folder: string;
let exports: CityExports;
let summary: CitySummary;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polku-city-'));
  summary = await generateCity({ persons: 1500, seed: 12, out: join(folder, 'city') });
  exports = await CityExports.open(join(folder, 'city'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the bad rows', () => {
  it.each(Object.keys(FILES))('of %s are those counted, one fault each', (file) => {
    const planted = summary.files.find((one) => `${one.department}/${one.file}` === file)?.bad;
    const faults = { ...planted };
    delete faults['code-changed'];
    expect(exports.faults(file)).toEqual(faults);
  });

  it('are 0.1 to 0.5 % of every file of some thousand rows', () => {
    const long = summary.files.filter(({ rows }) => rows > 4000);
    expect(long.length).toBeGreaterThan(2);
    for (const { file, rows, bad } of long) {
      const faults = { ...bad };
      delete faults['code-changed'];
      const share = Object.values(faults).reduce((sum, count) => sum + count, 0) / rows;
      expect([file, share > 0.001, share < 0.005]).toEqual([file, true, true]);
    }
  });

  it('are of every kind, and the summary adds them up', () => {
    expect(Object.keys(summary.badRows).sort()).toEqual([...BAD_ROW_KINDS, 'code-changed'].sort());
    const visits = summary.files.find(({ file }) => file === 'kaynnit.csv');
    expect(Object.keys(visits?.bad ?? {}).sort()).toEqual([...BAD_ROW_KINDS, 'code-changed'].sort());
  });

  it('with a changed code are about people of the register', () => {
    const { currentCodes } = exports;
    const old = exports.good('health/kaynnit.csv').filter((row) => currentCodes.has(row['HETU'] as string));
    expect(old.length).toBe(summary.files.find(({ file }) => file === 'kaynnit.csv')?.bad['code-changed']);
    expect(old.length).toBeGreaterThan(10);
  });
});
