import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runPolku } from '../city/runPolku.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-tls-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('issues certificates and shows what they prove', async () => {
  const out = join(folder, 'tls');
  const issued = await runPolku(['tls', 'issue', 'health.example,10.0.0.5', '--use', 'server', '--out', out]);
  expect(issued).toMatchObject({ code: 0, errors: '' });
  const certificate = join(out, 'health.example.pem');
  const { code, output } = await runPolku(['tls', 'show', certificate]);
  expect(code).toBe(0);
  expect(output).toMatch(/names +health\.example, 10\.0\.0\.5\n/);
  expect(output).toMatch(/issuer +CN=Polku authority [0-9a-f]{8}\n/);
  expect(output).toMatch(
    /\((89|90) days left\)\n +uses +server\n +fingerprint +([0-9A-F]{2}:){31}[0-9A-F]{2}\n/,
  );

  const again = await runPolku(['tls', 'issue', 'health.example', '--out', out]);
  expect(again).toMatchObject({ code: 1, errors: expect.stringMatching(/^OUTPUT_EXISTS: .*--renew\.\n$/) });
});

it('names a file that is no certificate', async () => {
  const file = join(folder, 'damaged.pem');
  await writeFile(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  expect(await runPolku(['tls', 'show', file])).toMatchObject({
    code: 1,
    errors: `TLS_FILE_INVALID: The file ${file} has no certificate in PEM.\n`,
  });
});
