/**
 * @property audit/replaced-logs
 */
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type DisclosureRecord,
  disclosureFolder,
  DisclosureLog,
} from '../../../registry-kit/disclosureLog.js';

const note = (decisionId: string): DisclosureRecord => ({
  registry: 'health',
  time: new Date().toISOString(),
  decisionId,
  purpose: 'care',
  recipient: 'health-services',
  subjects: 1,
  body: '',
});

describe('the disclosure log of a registry', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'polku-disclosures-'));
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  it('has one writer of a name at a time', async () => {
    const first = await DisclosureLog.open(data, 'health');
    await expect(DisclosureLog.open(data, 'health')).rejects.toMatchObject({ code: 'DISCLOSURE_LOG_LOCKED' });
    const other = await DisclosureLog.open(data, 'social');
    await first.close();
    const next = await DisclosureLog.open(data, 'health');
    await Promise.all([other.close(), next.close()]);
  });

  describe('whose file was moved', () => {
    let log: DisclosureLog;
    let file: string;
    const folder = () => join(disclosureFolder(data), 'health');

    beforeEach(async () => {
      log = await DisclosureLog.open(data, 'health');
      await log.append(note('first'));
      const [name] = await readdir(folder());
      file = join(folder(), name!);
    });
    afterEach(() => log.close());

    it.each<[string, () => Promise<unknown>]>([
      ['it was removed', () => rm(file)],
      ['it was renamed', () => rename(file, `${file}.old`)],
      ['a copy stands there', async () => (await rename(file, `${file}.old`), cp(`${file}.old`, file))],
      ['its folder was removed', () => rm(folder(), { recursive: true })],
      ['its folder was renamed', () => rename(folder(), `${folder()}.old`)],
    ])('A02: accepts no record when %s, and a file that is put back gets the next one', async (_, change) => {
      await change();
      await expect(log.append(note('lost'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      await log.append(note('next'));
      const text = await readFile(file, 'utf8');
      expect(text).toContain('"next"');
      expect(text).not.toContain('"lost"');
    });
  });
});
