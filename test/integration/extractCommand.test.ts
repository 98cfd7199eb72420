import { once } from 'node:events';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runPolku, startPolku } from '../city/runPolku.js';
import { until } from '../city/until.js';
import { codes, ExtractionSite } from './extractionExports.js';

describe('polku extract', () => {
  let site: ExtractionSite;
  beforeAll(async () => {
    site = await ExtractionSite.create();
  });
  afterAll(() => site.remove());

  const args = (...more: readonly string[]) => [
    ...['extract', ...more, '--source', site.source, '--data', site.data, '--synthetic'],
    ...['--max-rejects', '100', '--expected-persons', '100'],
  ];

  it('explains what it would read, and reads no row', async () => {
    const { code, output, errors } = await runPolku(args('health', '--explain'));
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain(`health: the folder ${join(site.source, 'health')}`);
    expect(output).toMatch(
      /contacts: .*kaynnit\.csv \(\d+ bytes, csv\)\n {4}becomes a key: HETU; read: KAYNTITUNNUS, /,
    );
    expect(output).not.toMatch(/NIMI|\d{6}[-+A]9/);
    await expect(readdir(site.data)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says what is missing before it would read anything', async () => {
    const { code, errors } = await runPolku(args('nobody', '--explain'));
    expect([code, errors]).toEqual([2, expect.stringMatching(/^USAGE: There is no registry "nobody"/)]);
    const wrong = await runPolku(args('health', '--every', '5'));
    expect([wrong.code, wrong.errors]).toEqual([2, expect.stringContaining('Expected a time such as 30m')]);
  });

  it('extracts on a schedule, goes on after an error, and ends when it is told to', async () => {
    const first = await runPolku(args('population'));
    expect(first.code).toBe(0);
    const child = startPolku(args('health', '--every', '1s'));
    let said = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [file, away] = ['kiellot.csv', 'elsewhere.csv'].map((name) => join(site.source, 'health', name));
    const times = (pattern: RegExp) => said.match(pattern)?.length ?? 0;
    await until(() => times(/health: \d+ rows/g) === 1 && times(/unchanged since/g) > 0);
    await rename(file!, away!);
    await until(() => times(/SOURCE_UNREADABLE: The source file health\/kiellot\.csv is missing/g) > 0);
    await rename(away!, file!);
    const before = times(/unchanged since/g);
    await until(() => times(/unchanged since/g) > before);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
    for (const code of Object.values(codes)) expect(said).not.toContain(code);
  });
});
