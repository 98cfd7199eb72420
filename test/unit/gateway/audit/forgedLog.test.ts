/**
 * @property audit/signed-removals Without the key nobody can write a removal, an opening or a checkpoint. The
 * other chains and the witness notice a chain that is cut or gone.
 * @enforcedBy gateway/audit/chain.ts, gateway/audit/otherChains.ts, gateway/audit/witness.ts
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendFile, cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAIN_START, type ChainEnd, chainLine } from '../../../../gateway/audit/chain.js';
import { record, TestLog } from './testLog.js';

const SMALL = { limits: { fileBytes: 1, checkpointRecords: 1 } };

/** An attacker with the files and without the key. */
describe('a log that was changed without the key', () => {
  let log: TestLog;
  let faults: unknown[];
  beforeEach(async () => {
    log = await TestLog.make();
    faults = [];
    await log.write(['a', 'b', 'c', 'd'], SMALL);
  });
  afterEach(() => log.remove());

  const report = (fault: unknown) => faults.push(fault);
  const unproven = () => expect(faults).toContainEqual(expect.objectContaining({ code: 'AUDIT_UNPROVEN' }));

  async function lastFile(): Promise<string> {
    return (await log.files()).at(-1)!;
  }

  /** Chains entries to the end of the last file, unsigned or signed by another key. */
  async function forge(entries: readonly object[], key?: KeyObject): Promise<void> {
    const file = await lastFile();
    const last = JSON.parse((await log.lines(file)).at(-1) ?? 'null') as ChainEnd | null;
    let end = last ?? CHAIN_START;
    for (const entry of entries) {
      const chained = chainLine(JSON.stringify(entry), end, key);
      await appendFile(log.file(file), chained.line);
      end = chained.end;
    }
  }

  /** A removal of everything before the last file, and the files themselves. */
  async function forgeRemoval(): Promise<void> {
    const files = await log.files();
    const kept = Number(/\d+/.exec(files.at(-1)!)![0]);
    const before = JSON.parse((await log.lines(files.at(-2))).at(-1)!) as ChainEnd;
    const time = new Date().toISOString();
    await forge([
      {
        kind: 'removal',
        time,
        file: files.at(-2),
        first: 1,
        last: kept - 1,
        lastHash: before.hash,
        lastTime: '2020-01-01T00:00:00.000Z',
        days: 30,
        signature: 'A'.repeat(86),
      },
    ]);
    for (const file of files.slice(0, -1)) await rm(log.file(file));
  }

  it('A01: is not whole with a removal that nobody signed, whatever follows it', async () => {
    await forgeRemoval();
    await log.write(['e', 'f'], { report });
    unproven();
    expect(await log.decisions()).not.toContain('a');
    for (const witnessed of [false, true])
      expect((await log.verify(witnessed)).fault).toMatchObject({ kind: 'forged' });
  });

  it('A01: is not whole with a removal that another key signed', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const files = await log.files();
    const before = JSON.parse((await log.lines(files.at(-2))).at(-1)!) as ChainEnd;
    const time = new Date().toISOString();
    const removal = {
      kind: 'removal',
      time,
      file: files.at(-2),
      first: 1,
      last: before.seq,
      lastHash: before.hash,
    };
    await forge([{ ...removal, lastTime: time, days: 0 }], privateKey);
    for (const file of files.slice(0, -1)) await rm(log.file(file));
    await log.write(['e']);
    expect((await log.verify()).fault).toMatchObject({ kind: 'forged' });
  });

  it('A01: is not whole with a signed removal of another place in the chain', async () => {
    // A removal that is signed for the end of one chain, moved to the end of another under the same key.
    const signed = log.signed({ kind: 'removal', time: new Date().toISOString() }, CHAIN_START);
    await appendFile(log.file(await lastFile()), signed);
    await expect(log.open()).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect((await log.verify()).fault).toMatchObject({ kind: 'reordered' });
  });

  it('A01: is not whole without its oldest files', async () => {
    await rm(log.file((await log.files())[0]));
    await log.write(['e']);
    expect((await log.verify()).fault).toMatchObject({ kind: 'removed' });
  });

  it('A01: opens after unsigned records, and reports them permanently', async () => {
    await forge([
      { kind: 'decision', ...record('forged') },
      { kind: 'decision', ...record('too') },
    ]);
    await log.write(['e'], { report });
    unproven();
    expect(await log.entries()).toContainEqual(expect.objectContaining({ kind: 'opening', unproven: 2 }));
    expect(await log.verify(true)).toMatchObject({
      fault: undefined,
      unproven: { records: 2, openings: 1 },
    });
  });

  it('A01: reports on opening that its witness has more records, and does not verify with it', async () => {
    await log.writeLines((await log.lines(await lastFile())).slice(0, 1), await lastFile());
    await log.write(['e'], { report });
    unproven();
    expect(await log.verify()).toMatchObject({ fault: undefined, behindWitness: 1 });
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'changed' });
  });

  it('A01: reports on opening that it was replaced by an older copy', async () => {
    const folder = join(log.folder, 'audit');
    await cp(folder, `${folder}.old`, { recursive: true });
    await log.write(['e', 'f']);
    await rm(folder, { recursive: true });
    await rename(`${folder}.old`, folder);
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'cut' });
    await log.write(['g'], { report });
    unproven();
    expect((await log.verify(true)).fault?.kind).toMatch(/^(cut|changed)$/);
  });

  it('A01: does not open after a checkpoint of another key', async () => {
    await rm(join(log.folder, 'audit'), { recursive: true });
    const other = await TestLog.make();
    await other.write(['x', 'y']);
    await cp(join(other.folder, 'audit'), join(log.folder, 'audit'), { recursive: true });
    await other.remove();
    await expect(log.open()).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect((await log.verify()).fault).toMatchObject({ kind: 'wrong key' });
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'changed' });
  });

  it('A01: is not whole when all of it was replaced by unsigned records', async () => {
    for (const file of (await log.files()).slice(1)) await rm(log.file(file));
    await writeFile(log.file(), '');
    await forge([{ kind: 'decision', ...record('forged') }]);
    await log.write(['e'], { report });
    unproven();
    expect((await log.verify()).fault).toMatchObject({ kind: 'forged' });
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'changed' });
  });

  it.each(['opening', 'checkpoint', 'torn-tail', 'clock-jump'])(
    'A01: is not whole with a %s that nobody signed',
    async (kind) => {
      await forge([{ kind, time: new Date().toISOString(), chain: 'gateway', unproven: 0, others: [] }]);
      const opened = log.write(['e']);
      if (kind === 'checkpoint') await expect(opened).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      else await opened;
      expect((await log.verify()).fault?.kind).toMatch(/^(forged|changed)$/);
    },
  );

  it('A01: is not whole with no record at all', async () => {
    for (const file of await readdir(join(log.folder, 'audit', 'gateway'))) await rm(log.file(file));
    expect((await log.verify()).fault).toMatchObject({ kind: 'cut' });
  });
});

describe('a signed removal', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
    await log.write(['a', 'b', 'c', 'd'], SMALL);
  });
  afterEach(() => log.remove());

  /** The first file is removed by an entry that the key has signed. */
  async function remove(lastTime: string, days: number): Promise<void> {
    const files = await log.files();
    const lines = await log.lines(files[0]);
    const { seq: last, hash: lastHash } = JSON.parse(lines.at(-1)!) as ChainEnd;
    const time = new Date().toISOString();
    const removal = { kind: 'removal', time, file: files[0], first: 1, last, lastHash, lastTime, days };
    const end = JSON.parse((await log.lines(files.at(-1))).at(-1)!) as ChainEnd;
    await appendFile(log.file(files.at(-1)), log.signed(removal, end));
    await rm(log.file(files[0]));
  }

  it('A01: is reported when it happened too early by its own date', async () => {
    await remove(new Date().toISOString(), 30);
    expect((await log.verify()).fault).toMatchObject({ kind: 'forged' });
  });

  it('A01: is reported when the witness holds a younger checkpoint of the removed records', async () => {
    await remove('2020-01-01T00:00:00.000Z', 30);
    expect((await log.verify()).fault).toBeUndefined();
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'forged' });
  });
});

describe('a witness', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
    await log.write(['a', 'b']);
  });
  afterEach(() => log.remove());

  it.each([
    ['is empty', ''],
    ['is junk', 'junk\n{"seq":1}\n\0\0\n'],
    ['holds empty lines', '\n\n'],
  ])('A04: that %s proves nothing, and is reported', async (_, text) => {
    await writeFile(log.witness, text);
    expect((await log.verify()).fault).toBeUndefined();
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'wrong witness' });
  });

  it('A04: of another log is reported', async () => {
    const other = await TestLog.make();
    await other.write(['x', 'y', 'z']);
    await cp(other.witness, log.witness);
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'wrong witness' });
    await other.remove();
  });

  it('A04: that is partly of another log is reported', async () => {
    const other = await TestLog.make();
    await other.write(['x', 'y', 'z']);
    await appendFile(log.witness, await readFile(other.witness));
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'wrong witness' });
    await other.remove();
  });

  it('A04: of another log under the same key is detected by its checkpoints', async () => {
    const copy = await TestLog.make();
    await cp(log.folder, copy.folder, { recursive: true });
    await copy.as(log).write(['x', 'y']);
    await cp(copy.witness, log.witness);
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'cut' });
    await copy.remove();
  });

  it('A04: that is torn still proves what it holds', async () => {
    await appendFile(log.witness, '{"seq":9,"prev');
    const { fault, witness } = await log.verifyAll(true);
    expect(fault).toBeUndefined();
    expect(witness).toMatchObject({ foreign: 0, unreadable: 1 });
  });

  it('A04: reports the last record that it covers', async () => {
    await writeFile(log.witness, `${(await readFile(log.witness, 'utf8')).trim().split('\n')[0]}\n`);
    expect(await log.verify(true)).toMatchObject({ fault: undefined, witnessed: 2, checkpoint: { seq: 5 } });
  });
});
