/**
 * @property groups/protected-numbers
 * @property groups/ledger
 * @property audit/replaced-logs
 */
import { mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LedgerEnd, ledgerEndPath, LedgerFile } from '../../../disclosure-control/ledger/ledgerFile.js';
import { AppendLog } from '../../../lib/appendLog.js';
import { noise } from './groups.js';

it('a ledger file repeats lines that a full disk refused before it writes new ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polku-ledger-file-'));
  const path = join(folder, 'lines');
  await symlink('/dev/full', path);
  const begin = Buffer.alloc(0);
  const end = (await LedgerEnd.open(folder, noise, begin))!;
  const file = new LedgerFile(await AppendLog.open(path), end);
  const fullDisk = { code: 'ENOSPC' };
  await expect(Promise.all([file.append('a\n'), file.append('b\n')])).rejects.toMatchObject(fullDisk);
  await expect(file.append('c\n')).rejects.toMatchObject(fullDisk);
  // A call that only waits for the others fails too.
  await expect(file.append('')).rejects.toMatchObject(fullDisk);
  await rm(path);
  await file.append('d\n');
  expect(await readFile(path, 'utf8')).toBe('a\nb\nc\nd\n');
  await file.close();
  // The recorded end covers what was written, not failed attempts.
  const [written, tried] = ['a\nb\nc\nd\n', 'a\nb\na\nb\nc\nd\n'].map((text) => Buffer.from(text));
  expect((await LedgerEnd.open(folder, noise, written!))?.bytes).toBe(8);
  expect(await LedgerEnd.open(folder, noise, tried!)).toBeUndefined();
  await rm(folder, { recursive: true });
});

it('A02: a ledger file accepts no line while it is not in its place, and loses none when it is put back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polku-ledger-file-'));
  const path = join(folder, 'lines');
  const end = (await LedgerEnd.open(folder, noise, Buffer.alloc(0)))!;
  const file = new LedgerFile(await AppendLog.open(path), end);
  await file.append('a\n');
  await rename(path, `${path}.old`);
  await expect(file.append('b\n')).rejects.toThrow('not in its place');
  expect(end.bytes).toBe(2);
  await rename(`${path}.old`, path);
  await file.append('');
  expect(await readFile(path, 'utf8')).toBe('a\nb\n');
  await file.close();
  await rm(folder, { recursive: true });
});

it('a ledger file writes a line once, even if its recorded end could not be written the first time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polku-ledger-file-'));
  const path = join(folder, 'lines');
  const end = (await LedgerEnd.open(folder, noise, Buffer.alloc(0)))!;
  const file = new LedgerFile(await AppendLog.open(path), end);
  await rename(ledgerEndPath(folder), `${path}.end`);
  await expect(file.append('a\n')).rejects.toMatchObject({ code: 'ENOENT' });
  await rename(`${path}.end`, ledgerEndPath(folder));
  await file.append('b\n');
  await file.close();
  const content = await readFile(path);
  expect(content.toString()).toBe('a\nb\n');
  expect((await LedgerEnd.open(folder, noise, content))?.bytes).toBe(4);
  await rm(folder, { recursive: true });
});
