/**
 * @property extraction/whole-snapshots A snapshot appears whole or not at all. After kill -9 the old snapshot
 * or the new one is there.
 * @enforcedBy registry-kit/snapshot/snapshotDraft.ts, lib/durableFile.ts
 * @property extraction/encrypted-spill
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { registries } from '../../subgraphs/registries.js';
import { generateCity } from '../../synthetic-city/generateCity.js';
import { filesBelow, identifyingTexts } from '../city/identifyingTexts.js';
import { runPolku, startPolku } from '../city/runPolku.js';
import { identityCounter } from '../city/searchIdentities.js';
import { until } from '../city/until.js';

/** `npm run prove:extraction` kills it 30 times, over a larger city. */
const KILLS = Number(process.env['EXTRACTION_KILLS'] ?? 3);
const PERSONS = Number(process.env['EXTRACTION_PERSONS'] ?? 600);

/** Visits of few people, so that their rows are spilled in a small city, too. */
const FREQUENT_VISITORS = 12;
const THEIR_VISITS = 2_500;

jest.setTimeout(120_000 + KILLS * 60_000);

type Tables = Readonly<Record<string, Manifest['tables']>>;

let folder: string;
let countIdentities: (bytes: Buffer) => number;
/** The result of an uninterrupted extraction for each edition of the export. */
const expected: Tables[] = [];
let seconds: number;

const edition = (number: number) => join(folder, `edition-${number}`);
const data = () => join(folder, 'data');
const temporary = () => join(folder, 'tmp');

const args = (number: number, into: string) => [
  ...['extract', '--all', '--force', '--source', edition(number), '--data', into],
  ...['--secrets', join(folder, 'secrets'), '--expected-persons', String(PERSONS)],
];

/** The tables of the snapshots in service, each read whole: a damaged one would not open. */
async function published(from: string): Promise<Tables> {
  const tables: Record<string, Manifest['tables']> = {};
  for (const { definition } of registries) {
    tables[definition.name] = (await openSnapshot(from, definition)).manifest.tables;
  }
  return tables;
}

/** Two editions of an export that differ in every registry except education. */
async function writeEditions(): Promise<void> {
  for (const number of [0, 1]) await generateCity({ persons: PERSONS, seed: 3, out: edition(number) });
  const visits = join(edition(0), 'health', 'kaynnit.csv');
  const [header, ...rows] = (await readFile(visits, 'utf8')).trimEnd().split('\n');
  const copies = Array.from({ length: THEIR_VISITS }, (_, copy) =>
    rows.slice(0, FREQUENT_VISITORS).map((row) => row.replace(/^[^;]*/, (id) => `${id}-${copy}`)),
  ).flat();
  await writeFile(visits, [header, ...rows, ...copies, ''].join('\n'));
  const dropLast = async (file: string) => {
    const lines = (await readFile(join(edition(0), file), 'utf8')).trimEnd().split('\n');
    await writeFile(join(edition(1), file), [...lines.slice(0, -1), ''].join('\n'));
  };
  for (const file of ['health/kaynnit.csv', 'social/contacts.csv', 'population/asuminen.csv'])
    await dropLast(file);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-kill-'));
  await mkdir(temporary());
  await writeEditions();
  countIdentities = identityCounter(await identifyingTexts(edition(0)));
  for (const number of [0, 1]) {
    const into = join(folder, `whole-${number}`);
    const began = performance.now();
    expect((await runPolku(args(number, into))).code).toBe(0);
    seconds = (performance.now() - began) / 1000;
    expected.push(await published(into));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (number: number): ChildProcess =>
  startPolku(args(number, data()), { env: { ...process.env, TMPDIR: temporary() } });

/** The files below a folder that belong to no snapshot in service. */
async function remains(): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(data(), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && path.includes('.partial')) found.push(path);
  }
  return found;
}

/** Spilled rows of an earlier or a running extraction. */
async function spills(): Promise<string[]> {
  const found: string[] = [];
  for (const path of await remains())
    if (path.endsWith('.spill') && (await stat(path)).size > 0) found.push(path);
  return found;
}

/** Unsearched files that hold an identity: a snapshot never changes, so each is searched once. */
const searched = new Set<string>();
async function filesWithIdentities(): Promise<string[]> {
  const found: string[] = [];
  const search = (path: string, bytes: Buffer) => {
    if (countIdentities(bytes) > 0) found.push(path);
  };
  for (const { definition } of registries) {
    const { snapshotId } = (await openSnapshot(data(), definition)).manifest;
    const snapshot = join(data(), definition.name, snapshotId);
    if (searched.has(snapshot)) continue;
    searched.add(snapshot);
    for await (const { path, bytes } of filesBelow(snapshot)) search(path, bytes);
  }
  for (const place of [data(), temporary()]) {
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || [...searched].some((snapshot) => path.startsWith(snapshot))) continue;
      search(path, await readFile(path));
    }
  }
  return found;
}

describe('an extraction that is killed', () => {
  it(`leaves the old or the new snapshot, whole, and no identity code, in ${KILLS} kills`, async () => {
    expect((await runPolku(args(1, data()))).code).toBe(0);
    expect(await published(data())).toEqual(expected[1]);
    let spilled = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = start(kill % 2);
      const exited = once(child, 'exit');
      // The first kill comes in the middle of the largest table, the others at any moment.
      const spilling = async () => (await spills().catch(() => [])).length > 0;
      await (kill === 0 ? until(spilling) : sleep(Math.random() * seconds * 1000));
      child.kill('SIGKILL');
      await exited;

      const now = await published(data());
      for (const { definition } of registries) {
        const editions = expected.map((tables) => tables[definition.name]);
        expect(editions).toContainEqual(now[definition.name]);
      }
      spilled += (await spills()).length;
      expect(await filesWithIdentities()).toEqual([]);
    }
    expect(spilled).toBeGreaterThan(0);

    expect((await runPolku(args(0, data()))).code).toBe(0);
    expect(await published(data())).toEqual(expected[0]);
    expect(await remains()).toEqual([]);
    expect(await readdir(temporary())).toEqual([]);
  });

  it('would fail this check if it left an identity code', async () => {
    const [first] = (await readFile(join(edition(0), 'population', 'henkilot.csv'), 'utf8'))
      .split('\n')
      .slice(1);
    await writeFile(join(temporary(), 'left'), Buffer.from(first!).toString('base64'));
    expect(await filesWithIdentities()).toEqual([join(temporary(), 'left')]);
  });
});
