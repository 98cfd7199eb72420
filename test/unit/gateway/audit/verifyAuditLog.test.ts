/**
 * @property audit/tampering Verification names a record that was changed, removed, moved or cut off.
 * @enforcedBy gateway/audit/chain.ts, gateway/audit/verifyAuditLog.ts
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAIN_START, chainLine } from '../../../../gateway/audit/chain.js';
import { verifyAuditLog } from '../../../../gateway/audit/verifyAuditLog.js';
import { TestLog } from './testLog.js';

/** Lines of the log: opening | a b | c d | e f, each | a checkpoint. */
const FIRST_CHECKPOINT = 1;
const A = 2;
const B = 3;
const SECOND_CHECKPOINT = 4;
const C = 5;

describe('verification of the audit log', () => {
  let log: TestLog;
  let lines: string[];
  const file = 'gateway/audit-0000000001.jsonl';

  beforeEach(async () => {
    log = await TestLog.make();
    await log.write(['a', 'b', 'c', 'd', 'e', 'f'], { limits: { checkpointRecords: 2 } });
    lines = await log.lines();
  });
  afterEach(() => log.remove());

  it('reports up to which checkpoint a log is whole', async () => {
    expect(await log.verify(true)).toEqual({
      chain: 'gateway',
      fault: undefined,
      checkpoint: { seq: 11, time: expect.any(String) },
      records: 11,
      unsigned: 0,
      expired: 0,
      torn: 0,
      unproven: { records: 0, openings: 0 },
      behindWitness: 0,
      clockJumps: 0,
      keyChanges: 0,
      witnessed: 11,
    });
    await log.writeLines(lines.slice(0, -1));
    expect(await log.verify()).toMatchObject({ fault: undefined, checkpoint: { seq: 8 }, unsigned: 2 });
  });

  it('does not report a line that is still being written', async () => {
    await writeFile(log.file(), `${lines.join('\n')}\n{"seq":12,"previ`);
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('names the record in which one byte was flipped, at any place', async () => {
    const bytes = Buffer.from(
      lines
        .slice(0, C)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const starts = [0];
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1;
      await writeFile(log.file(), flipped);
      const line = starts.filter((start) => start <= at).length;
      expect({ at, ...(await log.verify()).fault }).toMatchObject({ at, kind: 'changed', file, line });
    }
  });

  it('names the place of each record that was removed', async () => {
    for (let gone = 0; gone < lines.length - 1; gone++) {
      await log.writeLines(lines.filter((_, index) => index !== gone));
      expect((await log.verify()).fault).toMatchObject({ kind: 'removed', file, line: gone + 1 });
    }
  });

  it('names each pair that was reordered', async () => {
    for (let first = 0; first < lines.length - 1; first++) {
      const swapped = [...lines];
      [swapped[first], swapped[first + 1]] = [lines[first + 1]!, lines[first]!];
      await log.writeLines(swapped);
      expect((await log.verify()).fault).toMatchObject({ kind: 'reordered', file, line: first + 1 });
    }
  });

  it('names a record that was inserted twice', async () => {
    await log.writeLines(lines.toSpliced(A, 0, lines[A]!));
    expect((await log.verify()).fault).toMatchObject({ kind: 'reordered', file, line: A + 2 });
  });

  it('names a record that was rewritten together with its own hash', async () => {
    const body = lines[B]!.replace('"doctor"', '"nobody"').replace(/,"hash":"[0-9a-f]{64}"\}$/, '');
    const hash = createHash('sha256').update(body).digest('hex');
    await log.writeLines(lines.with(B, `${body},"hash":"${hash}"}`));
    expect((await log.verify()).fault).toMatchObject({ kind: 'changed', file, line: B + 1 });
  });

  it('names a chain that was rewritten whole without the key', async () => {
    await log.writeLines(rechained(lines));
    const { fault, chains } = await log.verifyAll();
    expect(fault).toMatchObject({ kind: 'wrong key' });
    expect(chains[0]!.fault).toMatchObject({ kind: 'changed', file, line: FIRST_CHECKPOINT + 1 });
    // A witness proves that the key is the right one.
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'changed', file });
  });

  it('names a log that was truncated after its last witnessed checkpoint', async () => {
    for (const kept of [lines.length - 1, C, A + 1]) {
      await log.writeLines(lines.slice(0, kept));
      expect((await log.verify()).fault).toBeUndefined();
      expect((await log.verify(true)).fault).toMatchObject({ kind: 'cut', file, line: kept });
    }
    await writeFile(log.file(), '');
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'cut' });
  });

  it('names a log that was truncated and continued: another checkpoint was witnessed in its place', async () => {
    await log.writeLines(lines.slice(0, C));
    expect(lines[SECOND_CHECKPOINT]).toContain('"checkpoint"');
    await copyFile(log.witness, `${log.witness}.kept`);
    await log.write(['x', 'y', 'z'], { limits: { checkpointRecords: 2 } });
    await copyFile(`${log.witness}.kept`, log.witness);
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'changed', file, line: 8 });
  });

  it('names the first checkpoint that another key has signed', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const { fault, chains } = await verifyAuditLog(log.folder, { key: publicKey });
    expect(fault).toMatchObject({ kind: 'wrong key' });
    expect(chains[0]!.fault).toMatchObject({ kind: 'changed', file, line: FIRST_CHECKPOINT + 1 });
  });
});

/** The same entries with another recipient, chained again without the key. */
function rechained(lines: readonly string[]): string[] {
  let end = CHAIN_START;
  return lines.map((line) => {
    const { seq, previous, hash, ...entry } = JSON.parse(line) as Record<string, unknown>;
    expect([seq, previous, hash]).not.toContain(undefined);
    const chained = chainLine(JSON.stringify({ ...entry, recipient: 'elsewhere' }), end);
    end = chained.end;
    return chained.line.trimEnd();
  });
}
