import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../../cli/program.js';
import { lockAuditChain } from '../../../cli/runtime/auditChains.js';
import { startDataFolder } from '../../../cli/runtime/dataFormat.js';

const CURRENT = '{"version":1}\n';

describe('the format of a data directory', () => {
  let data: string;
  let file: string;
  let said: string;

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'polku-format-'));
    file = join(data, 'format.json');
    said = '';
    jest.spyOn(console, 'error').mockImplementation((line: string) => void (said += line));
    jest.spyOn(console, 'log').mockImplementation((line: string) => void (said += line));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(data, { recursive: true });
  });

  const polku = (...words: string[]): Promise<number> => run(['node', 'polku', ...words, '--data', data]);

  it.each([
    ['a newer format', '{"version":2}', 'DATA_NEWER: '],
    ['an older format', '{"version":0}', 'DATA_OLDER: '],
    ['no whole number', '{"version":"1"}', 'DATA_FORMAT_INVALID: '],
    ['no JSON', '{"vers', 'DATA_FORMAT_INVALID: '],
    ['no object', 'null', 'DATA_FORMAT_INVALID: '],
  ])('stops a command over %s', async (_case, text, code) => {
    await writeFile(file, text);
    for (const words of [['risk', 'models', '--dev'], ['migrate']]) {
      said = '';
      expect(await polku(...words)).toBe(1);
      expect(said).toContain(code);
      expect(await readFile(file, 'utf8')).toBe(text);
    }
  });

  it('is the first format without the file, and polku migrate records it once', async () => {
    expect(await polku('risk', 'models', '--dev')).toBe(0);
    expect(await polku('migrate')).toBe(0);
    expect(said).toContain('wrote format.json');
    expect(await readFile(file, 'utf8')).toBe(CURRENT);
    expect(await polku('migrate')).toBe(0);
    expect(said).toContain('nothing to do');
  });

  it('is not recorded while a gateway serves the directory', async () => {
    const unlock = await lockAuditChain(data, 'gateway');
    try {
      expect(await polku('migrate')).toBe(1);
      expect(said).toContain('AUDIT_LOCKED: ');
    } finally {
      await unlock();
    }
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is recorded in a new directory, and never by an extraction into an older one', async () => {
    await startDataFolder(join(data, 'new'));
    expect(await readFile(join(data, 'new', 'format.json'), 'utf8')).toBe(CURRENT);
    await startDataFolder(data);
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
