import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisclosureLog } from '../../../subgraphs/registry/disclosure/disclosureLog.js';

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
});
