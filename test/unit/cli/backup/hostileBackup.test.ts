/**
 * @property data/hostile-backup An archive that is truncated, altered, of another key or hostile is refused,
 * and nothing of it is left.
 * @enforcedBy cli/backup/readBackup.ts, cli/backup/restoreBackup.ts
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { type Header, pack } from 'tar-stream';
import { MANIFEST_ENTRY, writeManifest } from '../../../../cli/backup/backupManifest.js';
import { restoreBackup } from '../../../../cli/backup/restoreBackup.js';
import { run } from '../../../../cli/program.js';

interface TarEntry extends Partial<Header> {
  readonly name: string;
  readonly text?: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const file = (name: string, text = `content of ${name}`): TarEntry => ({ name, text });
const FILES = [file('sessions/notes'), file('risk/notes/a'), file('empty', '')];

const listed = (entries: readonly TarEntry[]) =>
  entries.map(({ name, text = '' }) => ({ path: name, size: Buffer.byteLength(text), sha256: sha256(text) }));

function manifestOf(entries: readonly TarEntry[], change: object = {}): TarEntry {
  const content = {
    polku: '0.1.0',
    createdAt: '2026-05-14T08:00:00.000Z',
    dataFormat: 1,
    files: listed(entries),
    chains: [],
    secrets: { included: [], leftOut: [] },
  };
  return file(MANIFEST_ENTRY, writeManifest({ ...content, ...change }));
}

let folder: string;
let recipient: string;
let identity: string;
let other: string;
let noKey: string;
const data = () => join(folder, 'parent', 'data');
const archive = () => join(folder, 'archive');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
  const [key, another] = [await generateX25519Identity(), await generateX25519Identity()];
  recipient = await identityToRecipient(key);
  [identity, other, noKey] = ['key', 'other', 'noKey'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(noKey, '# nothing\n', { mode: 0o600 });
  await writeFile(identity, `# made for a test\n${key}\n`, { mode: 0o600 });
  await writeFile(other, `${another}\n`, { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => mkdir(join(folder, 'parent')));
afterEach(() => rm(join(folder, 'parent'), { recursive: true }));

async function write(entries: readonly TarEntry[]): Promise<void> {
  const tar = pack();
  for (const { text, ...header } of entries)
    if (text === undefined) tar.entry(header);
    else tar.entry(header, text);
  tar.finalize();
  await encrypt(await buffer(tar as unknown as AsyncIterable<Buffer>));
}

async function encrypt(plain: Uint8Array): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  await writeFile(archive(), await encrypter.encrypt(plain));
}

const restore = (options: object = {}) =>
  restoreBackup({ from: archive(), identity, data: data(), checkOnly: false, ...options });

async function expectRefused(code: string | RegExp, message: RegExp, options: object = {}): Promise<void> {
  await expect(restore(options)).rejects.toMatchObject({
    code: expect.stringMatching(code),
    message: expect.stringMatching(message),
  });
  expect(await readdir(join(folder, 'parent'))).toEqual([]);
  expect((await readdir(folder)).sort()).toEqual(['archive', 'key', 'noKey', 'other', 'parent']);
}

describe('a backup', () => {
  it('is restored file by file, for its owner only', async () => {
    await write([...FILES, manifestOf(FILES)]);
    await restore();
    for (const { name, text } of FILES) expect(await readFile(join(data(), name), 'utf8')).toBe(text);
    expect(await readFile(join(data(), 'format.json'), 'utf8')).toBe('{"version":1}\n');
  });

  it('is only verified with --check', async () => {
    await write([...FILES, manifestOf(FILES)]);
    expect(await restore({ checkOnly: true })).toMatchObject({ manifest: { polku: '0.1.0' } });
    expect(await readdir(join(folder, 'parent'))).toEqual([]);
  });

  it.each([
    ['a path out of the folder', file('../outside')],
    ['a path out of a folder in it', file('audit/../../outside')],
    ['an absolute path', file('/tmp/outside')],
    ['a hidden name', file('audit/.hidden')],
    ['an empty name', file('audit//a')],
    ['a backslash', file('audit\\a')],
    ['a control character', file('audit/a\nb')],
    ['a very long name', file('a'.repeat(300))],
    ['very many levels', file('a/'.repeat(50) + 'a')],
    ['the lock of a process', file('locks/ledger.lock')],
    ['the format of the directory', file('format.json')],
    ['a folder', { name: 'audit', type: 'directory' } as const],
    ['a link', { name: 'audit', type: 'symlink', linkname: '/etc' } as const],
    ['a hard link', { name: 'audit', type: 'link', linkname: '/etc/passwd' } as const],
    ['a device', { name: 'audit', type: 'character-device', devmajor: 1, devminor: 3 } as const],
    ['a FIFO', { name: 'audit', type: 'fifo' } as const],
    ['a file twice', FILES[0]!],
    ['a file in the place of a folder', file('risk')],
    ['a file below a file', file('empty/a')],
  ])('is refused with %s', async (_case, entry) => {
    const entries = [...FILES, entry];
    await write([...entries, manifestOf(entries)]);
    await expectRefused('BACKUP_INVALID', /Nothing was restored/);
  });

  it.each([
    ['no manifest', () => FILES],
    ['a manifest that is no JSON', () => [...FILES, file(MANIFEST_ENTRY, '{')]],
    ['a manifest of another format', () => [...FILES, file(MANIFEST_ENTRY, '{"format":"polku-backup/9"}')]],
    ['an incomplete manifest', () => [...FILES, manifestOf(FILES, { chains: [{}] })]],
    ['a file that is not listed', () => [...FILES, manifestOf(FILES.slice(1))]],
    ['a file that is missing', () => [...FILES.slice(1), manifestOf(FILES)]],
    ['a file that is listed twice', () => [...FILES, manifestOf([...FILES, FILES[0]!])]],
    ['another content', () => [...FILES.slice(1), file(FILES[0]!.name, 'x'), manifestOf(FILES)]],
    [
      'another size than listed',
      () => [...FILES, manifestOf(FILES, { files: listed(FILES).map((one) => ({ ...one, size: 1e15 })) })],
    ],
    ['a file after the manifest', () => [...FILES, manifestOf(FILES), file('late')]],
    ['two manifests', () => [...FILES, manifestOf(FILES), manifestOf(FILES)]],
    ['a long signature', () => [...FILES, manifestOf(FILES), file('backup.sig', 'x'.repeat(2000))]],
    ['an audit log without its key', () => [file('audit/gateway/audit-0000000001.jsonl')]],
  ])('is refused with %s', async (_case, entries) => {
    const all = entries();
    await write(all.length === 1 ? [...all, manifestOf(all)] : all);
    await expectRefused('BACKUP_INVALID', /Nothing was restored/);
  });

  it('is refused with data of a newer format', async () => {
    await write([...FILES, manifestOf(FILES, { dataFormat: 2 })]);
    await expectRefused('DATA_NEWER', /Restore it with Polku 0\.1\.0/);
  });

  it('is refused wherever it is cut off or altered', async () => {
    await write([...FILES, file('big', 'x'.repeat(150_000)), manifestOf([...FILES])]);
    const whole = await readFile(archive());
    const places = [0, 10, 100, 200, 5_000, 70_000, whole.length - 20, whole.length - 1];
    for (const place of places) {
      await writeFile(archive(), whole.subarray(0, place));
      await expectRefused(/^BACKUP_(KEY_)?INVALID$/, /./);
      const altered = Buffer.from(whole);
      altered[place]! ^= 1;
      await writeFile(archive(), altered);
      await expectRefused(/^BACKUP_(KEY_)?INVALID$/, /./);
    }
  });

  it('is refused where the archive itself ends early, or a file is longer than the archive', async () => {
    const tar = pack();
    tar.entry({ name: 'a', size: 1_000_000_000_000 }).write(Buffer.alloc(2_000));
    const part: Buffer[] = [];
    for await (const bytes of tar) {
      part.push(bytes as Buffer);
      if (Buffer.concat(part).length > 2_000) break;
    }
    await encrypt(Buffer.concat(part));
    await expectRefused('BACKUP_INVALID', /truncated/);
    await encrypt(Buffer.alloc(0));
    await expectRefused('BACKUP_INVALID', /truncated/);
  });

  it('needs the right key, which only its owner may read', async () => {
    await write([...FILES, manifestOf(FILES)]);
    await expectRefused('BACKUP_KEY_INVALID', /none of those/, { identity: other });
    await expectRefused('BACKUP_KEY_INVALID', /does not hold a private key/, { identity: noKey });
    await chmod(other, 0o644);
    await expectRefused('SECRET_INVALID', /can be read or written by others/, { identity: other });
    await chmod(other, 0o600);
  });
});

describe('a folder', () => {
  it('that holds anything is not restored into', async () => {
    await write([...FILES, manifestOf(FILES)]);
    await mkdir(data());
    await writeFile(join(data(), 'kept'), 'kept');
    await expect(restore()).rejects.toMatchObject({ code: 'USAGE' });
    expect(await readdir(data())).toEqual(['kept']);
  });

  it('with the rest of a killed restore is used by no command but the next restore', async () => {
    await write([...FILES, manifestOf(FILES)]);
    await mkdir(data());
    await writeFile(join(data(), 'format.json'), '{"restoring":true}\n');
    await writeFile(join(data(), 'half'), 'half');
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    expect(await run(['node', 'polku', 'risk', 'models', '--dev', '--data', data()])).toBe(1);
    expect(said.mock.calls.join()).toMatch(/^DATA_INCOMPLETE: /);
    said.mockRestore();
    await restore();
    expect((await readdir(data())).sort()).toEqual(['empty', 'format.json', 'locks', 'risk', 'sessions']);
  });

  it('gets one of two restores at once', async () => {
    await write([...FILES, manifestOf(FILES)]);
    const ended = await Promise.allSettled([restore(), restore()]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await readFile(join(data(), 'risk', 'notes', 'a'), 'utf8')).toBe('content of risk/notes/a');
    expect(await readFile(join(data(), 'format.json'), 'utf8')).toBe('{"version":1}\n');
  });
});
