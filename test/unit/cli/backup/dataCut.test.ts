/**
 * @property data/backup-cut A backup is never weaker than the moment when it was made: what its logs mention
 * is in it.
 * @enforcedBy cli/backup/dataCut.ts
 */
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CutFile, cutData } from '../../../../cli/backup/dataCut.js';
import { writeDurably } from '../../../../lib/durableFile.js';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'polku-cut-'));
});
afterEach(() => rm(data, { recursive: true }));

async function put(path: string, text = path): Promise<void> {
  await mkdir(join(data, path, '..'), { recursive: true });
  await writeFile(join(data, path), text);
}

async function textOf({ handle, place, size, content }: CutFile): Promise<string> {
  if (content) return content.toString();
  if (!handle) return (await readFile(place)).toString('utf8', 0, size);
  return (await handle.read(Buffer.alloc(size), 0, size, 0)).buffer.toString();
}

async function withCut<Result>(read: (files: readonly CutFile[]) => Promise<Result>): Promise<Result> {
  const cut = await cutData({ data, secrets: [] });
  try {
    return await read(cut.files);
  } finally {
    await cut.close();
  }
}

const pathsOf = () => withCut(async (files) => files.map(({ path }) => path).sort());

describe('the files of a backup', () => {
  it('are those of the current snapshots, without locks, secrets, drafts and indexes', async () => {
    const kept = [
      'audit/gateway/audit-0000000001.jsonl',
      'audit/gateway/audit-0000000001.jsonl.torn',
      'disclosures/gateway/2026-05-14.jsonl',
      'health/current',
      'health/marks-health.json',
      'health/one/contacts.parquet',
      'ledger-end.json',
      'ledger/questions.jsonl',
      'marks/health.json',
      'something-new/file',
    ];
    for (const path of kept) await put(path, path === 'health/current' ? 'one\n' : `${path}\n`);
    await put('health/zero/contacts.parquet');
    await put('health/.partial-x/contacts.parquet');
    await put('audit/gateway/audit-0000000001.jsonl.index');
    await put('locks/ledger.lock');
    await put('secrets/linkage');
    await put('format.json', '{"version":1}');
    await put('marks/.health.json.partial');
    expect(await pathsOf()).toEqual(kept);
  });

  it('may be on another disk', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'polku-cut-'));
    await writeFile(join(elsewhere, 'questions.jsonl'), '{}\n');
    await symlink(elsewhere, join(data, 'ledger'));
    await symlink(data, join(data, 'circle'));
    expect(await pathsOf()).toEqual(['ledger/questions.jsonl']);
    await rm(elsewhere, { recursive: true });
  });

  it('have names that a restore accepts', async () => {
    await put('marks/a\nb.json');
    await expect(cutData({ data, secrets: [] })).rejects.toMatchObject({ code: 'BACKUP_FAILED' });
  });

  it('end with a whole line, if they are logs', async () => {
    await put('audit/gateway/audit-0000000001.jsonl', `one\n${'x'.repeat(200_000)}`);
    await put('disclosures/gateway/2026-05-14.jsonl', 'torn');
    await withCut(async (files) => {
      expect(files.map(({ size }) => size)).toEqual([4, 0]);
    });
  });

  it('are not older than the logs that mention them, while all of them change', async () => {
    let isWriting = true;
    let changes = 0;
    let cuts = 0;
    const write = async (): Promise<void> => {
      for (let number = 1; isWriting; number++) {
        // A change is durable before it is logged; the registry's trace is written after its marks.
        await writeDurably(join(data, 'marks', 'health.json'), String(number));
        await writeDurably(join(data, 'health', 'marks-health.json'), String(number));
        // Overlays shield people, so they are published before the snapshot that they belong to.
        await writeDurably(join(data, 'overlays', 'current'), String(number));
        await writeDurably(join(data, 'population', 'current'), String(number));
        await appendFile(join(data, 'ledger', 'questions.jsonl'), `${number}\n`);
        await appendFile(join(data, 'audit', 'gateway', 'audit-0000000001.jsonl'), `${number}\n`);
        changes = number;
        // Marks change in bursts. Between them a cut succeeds, however busy the machine is.
        if (number % 20 > 0) continue;
        for (const before = cuts; isWriting && cuts === before;)
          await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    for (const path of ['marks/a', 'health/a', 'overlays/a', 'population/a', 'ledger/a', 'audit/gateway/a'])
      await put(path, '');
    // Files that are opened between those of overlays and population, so that it takes a while.
    for (let number = 0; number < 200; number++) await put(`p/${number}`);
    const writing = write();
    try {
      for (let round = 0; round < 10 || changes < 100; round++) {
        const texts = await withCut(
          async (files) =>
            new Map(await Promise.all(files.map(async (file) => [file.path, await textOf(file)] as const))),
        );
        cuts++;
        const last = (path: string) => Number(texts.get(path)?.trim().split('\n').at(-1) ?? 0);
        const marks = last('marks/health.json');
        const logged = last('audit/gateway/audit-0000000001.jsonl');
        expect(marks).toBeGreaterThanOrEqual(logged);
        expect(last('ledger/questions.jsonl')).toBeGreaterThanOrEqual(logged);
        expect(marks).toBeGreaterThanOrEqual(last('health/marks-health.json'));
        expect(last('overlays/current')).toBeGreaterThanOrEqual(last('population/current'));
      }
    } finally {
      isWriting = false;
      await writing;
    }
  });
});
