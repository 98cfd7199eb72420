import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import { cases, casesPage, testsByCase } from '../cases/cases.mjs';

describe('docs/cases.md', () => {
  it('lists tests for every case, and every case that tests name', async () => {
    const named = [...(await testsByCase(packageRoot())).keys()].sort();
    expect(named).toEqual(Object.keys(cases).sort());
  });

  it('matches the titles of tests (npm run cases)', async () => {
    const committed = await readFile(join(packageRoot(), 'docs', 'cases.md'), 'utf8');
    expect(committed).toBe(await casesPage(packageRoot()));
  });
});
