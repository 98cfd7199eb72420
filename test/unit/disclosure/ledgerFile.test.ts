/**
 * @property groups/protected-numbers
 * @property groups/ledger
 */
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LedgerEnd, LedgerFile } from '../../../disclosure-control/ledger/ledgerFile.js';
import { noise } from './groups.js';

it('a ledger file repeats lines that a full disk refused before it writes new ones', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polku-ledger-file-'));
  const path = join(folder, 'lines');
  await symlink('/dev/full', path);
  const begin = Buffer.alloc(0);
  const file = new LedgerFile(path, (await LedgerEnd.open(folder, noise, begin))!);
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
