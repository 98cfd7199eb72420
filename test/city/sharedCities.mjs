// Before all tests: makes a folder for cities that several test files use (makeCity.ts). It is removed
// after the tests.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default async function makeFolder() {
  process.env.TEST_CITIES = await mkdtemp(join(tmpdir(), 'polku-cities-'));
}

export async function removeFolder() {
  await rm(process.env.TEST_CITIES, { recursive: true, force: true });
}
