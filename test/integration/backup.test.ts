/**
 * @property data/backup-under-load A backup made while a gateway serves, marks and extracts is restored
 * whole: the log verifies, marks hold and the ledger gives the same numbers.
 * @enforcedBy cli/backup/writeBackup.ts, cli/backup/checkRestored.ts
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DemoClient } from '../../cli/demo/scenes.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { Domains, unseal } from '../../gateway/pseudonyms.js';
import { Linkage } from '../../linkage/linkage.js';
import { codesByKey } from '../city/codesByKey.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku, startPolku } from '../city/runPolku.js';
import { until } from '../city/until.js';

const GROUP = `{ cohort(where: { healthContacts: { services: ["T11"], atLeast: 2 } }) {
  size { count protection { questionsLeft } }
} }`;
const PATIENTS = '{ persons(first: 20) { nodes { id healthContacts { id } } } }';
const PATIENT = 'query ($id: PersonID!) { person(id: $id) { healthContacts { id } } }';

jest.setTimeout(120_000);

let city: TestCity;
let key: string;
let recipient: string;
const here = (name: string) => join(city.data, '..', name);

beforeAll(async () => {
  city = await makeCity();
  await mkdir(here('backups'));
  key = here('backup.key');
  const made = await runPolku(['backup', 'key', key]);
  expect(made).toMatchObject({ code: 0, errors: '' });
  recipient = made.output.trim();
});
afterAll(() => city?.remove());

const backup = (to: string, ...more: readonly string[]) =>
  runPolku(['backup', '--data', city.data, '--to', to, '--recipient', recipient, ...more]);
const restore = (from: string, data: string, ...more: readonly string[]) =>
  runPolku(['restore', from, '--identity', key, '--data', data, ...more]);

describe('a backup under load', () => {
  const running: ChildProcess[] = [];
  afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

  async function serve(data: string, witness: string): Promise<{ child: ChildProcess; client: DemoClient }> {
    const port = await freePort();
    const words = ['serve', '--data', data, '--dev', '--port', String(port), '--audit-witness', witness];
    const child = startPolku(words);
    running.push(child);
    await once(child.stdout!, 'data');
    return { child, client: new DemoClient(new URL(`http://127.0.0.1:${port}`)) };
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  const doctor = async <Data>(client: DemoClient, query: string, variables = {}): Promise<Data> => {
    const answer = await client.ask({ persona: 'doctor', purpose: 'care', query, variables });
    expect(answer.errors).toBeUndefined();
    return answer.data as Data;
  };
  const group = async (client: DemoClient): Promise<object> => {
    const { data, errors } = await client.ask({ persona: 'planner', purpose: 'planning', query: GROUP });
    expect(errors).toBeUndefined();
    return data as object;
  };
  type Patient = { readonly id: string; readonly healthContacts: readonly unknown[] };

  async function codeOf(id: string): Promise<string> {
    const secrets = new Secrets(join(city.data, 'secrets'));
    const linkage = await Linkage.open({ dir: join(city.data, 'linkage'), secret: await secrets.linkage() });
    const name = { purpose: 'care', recipient: 'health-services', permit: undefined, epoch: '1' };
    const person = unseal(new Domains(await secrets.domain()).domain(name), 'PersonID', id);
    return (await codesByKey(city.exports, linkage)).get(person as number)!;
  }

  it('is restored elsewhere after kill -9, and answers the same', async () => {
    const witness = here('witness');
    const { child, client } = await serve(city.data, witness);
    const { persons } = await doctor<{ persons: { nodes: Patient[] } }>(client, PATIENTS);
    const { id } = persons.nodes.find(({ healthContacts }) => healthContacts.length > 0)!;
    const rowsOf = async (by: DemoClient) =>
      (await doctor<{ person: Patient }>(by, PATIENT, { id })).person.healthContacts.length;
    const numbers = await group(client);
    const marked = await runPolku(
      ['mark', 'add', 'restriction', '--registry', 'health', '--data', city.data],
      {
        input: `${await codeOf(id)}\n`,
      },
    );
    expect(marked.code).toBe(0);
    await until(async () => (await rowsOf(client)) === 0);

    let isLoaded = true;
    const load = async (question: () => Promise<unknown>): Promise<void> => {
      while (isLoaded) await question();
    };
    const loads = [
      load(() => doctor(client, PATIENTS)),
      load(() => doctor(client, PATIENT, { id })),
      load(() => group(client)),
      load(() => runPolku(['extract', 'education', '--source', city.exports, '--data', city.data])),
    ];
    const file = here('backups/one');
    const made = await backup(file);
    isLoaded = false;
    await Promise.all(loads);
    expect(made).toMatchObject({ code: 0 });
    expect(made.output).toMatch(/Left out: linkage/);
    await kill(child);

    const restored = here('restored');
    const told = await restore(file, restored, '--audit-witness', witness);
    expect(told).toMatchObject({ code: 0 });
    expect(told.output).toMatch(/none is missing by the witness/);
    expect(told.output).toMatch(/Marks: health.* Ledger: whole/);
    expect(told.output).toMatch(/put the linkage secret back/);
    const verified = await runPolku(['audit', 'verify', '--data', restored, '--witness', witness]);
    expect(verified).toMatchObject({ code: 0 });
    await copyFile(join(city.data, 'secrets', 'linkage'), join(restored, 'secrets', 'linkage'));

    const again = await serve(restored, here('witness-of-the-restored'));
    expect(await group(again.client)).toEqual(numbers);
    expect(await rowsOf(again.client)).toBe(0);
    await kill(again.child);
  });

  it('is refused if its witness knows of newer records, unless their number is named', async () => {
    const [file, witness] = [here('backups/one'), here('witness')];
    const { child, client } = await serve(city.data, witness);
    await doctor(client, PATIENTS);
    await kill(child);
    const data = here('older');
    const refused = await restore(file, data, '--audit-witness', witness);
    expect(refused).toMatchObject({ code: 1 });
    const [, records] = /BACKUP_OLD: .* --lose-records (\d+)/.exec(refused.errors) ?? [];
    expect(existsSync(data)).toBe(false);
    const fewer = String(Number(records) - 1);
    expect(await restore(file, data, '--audit-witness', witness, '--lose-records', fewer)).toMatchObject({
      errors: expect.stringMatching(/BACKUP_OLD|USAGE/),
    });
    expect(await restore(file, data, '--audit-witness', witness, '--lose-records', records!)).toMatchObject({
      code: 0,
    });
    expect((await runPolku(['audit', 'verify', '--data', data])).code).toBe(0);
  });

  it('is refused with the witness of another log', async () => {
    const file = here('backups/one');
    const refused = await restore(file, here('none'), '--audit-witness', here('witness-of-nothing'));
    expect(refused.errors).toMatch(/^SOURCE_UNREADABLE: /m);
    await writeFile(here('empty'), '');
    const empty = await restore(file, here('none'), '--audit-witness', here('empty'));
    expect(empty.errors).toMatch(/^BACKUP_INVALID: .*witness/m);
    expect(existsSync(here('none'))).toBe(false);
  });
});

describe('a backup that goes wrong', () => {
  /** Ends a backup by a signal while it writes; returns what it has left and said. */
  async function interrupted(signal: NodeJS.Signals): Promise<{ folder: string; errors: string }> {
    const [folder, big] = [here(signal), join(city.data, 'big')];
    await mkdir(folder);
    await mkdir(big);
    await writeFile(join(big, 'file'), '');
    await truncate(join(big, 'file'), 200 * 2 ** 20);
    const child = startPolku([
      ...['backup', '--data', city.data, '--recipient', recipient],
      ...['--to', join(folder, 'backup')],
    ]);
    let errors = '';
    child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
    const ended = once(child, 'close');
    await until(async () => (await readdir(folder)).length > 0);
    child.kill(signal);
    await ended;
    await rm(big, { recursive: true });
    return { folder, errors };
  }

  it('leaves nothing that looks whole when it is killed', async () => {
    const { folder } = await interrupted('SIGKILL');
    const [left] = await readdir(folder);
    expect(left).toMatch(/^\.backup\..*\.partial$/);
    const refused = await restore(join(folder, left!), here('none'));
    expect(refused.errors).toMatch(/^BACKUP_INVALID: /m);
    expect(existsSync(here('none'))).toBe(false);
  });

  it('leaves nothing when it is interrupted', async () => {
    const { folder, errors } = await interrupted('SIGTERM');
    expect(errors).toMatch(/^INTERRUPTED: /m);
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes one whole file, if two begin at once', async () => {
    const file = here('backups/two');
    const codes = (await Promise.all([backup(file), backup(file)])).map(({ code }) => code);
    expect(codes).toContain(0);
    expect(await restore(file, here('none'), '--check')).toMatchObject({ code: 0 });
    expect(existsSync(here('none'))).toBe(false);
    expect((await readdir(here('backups'))).sort()).toEqual(['one', 'two']);
  });

  it.each([
    ['an existing file', ['one'], 2, /one exists/],
    ['a file in the data directory', ['../data/marks/backup'], 2, /in the data directory/],
    ['no recipient that is one', ['three', '--recipient', 'age1abc'], 1, /^BACKUP_KEY_INVALID: /m],
    ['secrets that are elsewhere', ['three', '--secrets', '/nowhere'], 1, /^BACKUP_FAILED: .*--secrets/m],
  ])('is refused with %s', async (_case, [to, ...more], code, message) => {
    const refused = await backup(here(`backups/${to}`), ...more!);
    expect([refused.code, refused.errors]).toEqual([code, expect.stringMatching(message)]);
  });

  it('is written for no recipient only if it is told so', async () => {
    const refused = await runPolku(['backup', '--data', city.data, '--to', here('backups/three')]);
    expect(refused).toMatchObject({ code: 2, errors: expect.stringMatching(/--recipient age1/) });
  });
});
