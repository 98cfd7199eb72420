import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DocumentFolder } from '../../../approvals/documentFolder.js';
import { PolkuError } from '../../../lib/errors.js';

const damaged = (what: string, cause?: unknown) =>
  new PolkuError('POLICY_STORE_INVALID', what, {}, { cause });

describe('a folder of documents', () => {
  let parent: string;
  let folder: DocumentFolder;
  const path = (name: string) => join(parent, 'documents', name);
  const document = (sequence: number, text = 'text') => ({
    sequence,
    payload: text,
    person: 'chief',
    signature: 's',
  });

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'polku-documents-'));
    folder = new DocumentFolder(join(parent, 'documents'), { kinds: ['sig', 'closed'], damaged });
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is empty before anything is added', async () => {
    expect(await folder.read()).toEqual([]);
  });

  it('returns documents by number, with what people added', async () => {
    for (const sequence of [1_000_000, 2, 999_999]) await folder.add(document(sequence));
    await folder.addTo(2, { person: 'other', kind: 'sig', text: 'o\n' });
    await folder.addTo(2, { person: 'chief', kind: 'closed', text: '{}' });
    const read = await folder.read();
    expect(read.map(({ sequence }) => sequence)).toEqual([2, 999_999, 1_000_000]);
    expect(read[0]).toEqual({
      ...document(2),
      additions: [
        { person: 'chief', kind: 'closed', text: '{}' },
        { person: 'other', kind: 'sig', text: 'o\n' },
      ],
    });
  });

  it('writes the files that it has always written', async () => {
    await folder.add(document(7));
    await folder.add({ sequence: 8, payload: 'text', signature: undefined });
    await folder.addTo(7, { person: 'other', kind: 'sig', text: 'o\n' });
    expect((await readdir(path(''))).sort()).toEqual(['000007.json', '000007.other.sig', '000008.json']);
    expect(await readFile(path('000007.json'), 'utf8')).toBe(
      '{\n  "payload": "text",\n  "person": "chief",\n  "signature": "s"\n}\n',
    );
    expect(await readFile(path('000008.json'), 'utf8')).toBe(
      '{\n  "payload": "text",\n  "signature": null\n}\n',
    );
    expect((await folder.read())[1]).toMatchObject({ person: undefined, signature: undefined });
  });

  it('never changes a file', async () => {
    const added = await Promise.all(['a', 'b', 'c'].map((text) => folder.add(document(1, text))));
    expect(added.filter((isFirst) => isFirst)).toHaveLength(1);
    expect((await folder.read()).map(({ payload }) => payload)).toEqual([
      ['a', 'b', 'c'][added.indexOf(true)],
    ]);
    const addition = { person: 'other', kind: 'sig', text: 'o\n' };
    expect(await folder.addTo(1, addition)).toBe(true);
    expect(await folder.addTo(1, { ...addition, text: 'p\n' })).toBe(false);
    expect((await folder.read())[0]!.additions).toEqual([addition]);
  });

  it.each(['.000002.json.abcdef', '2.json', '0000002.json', '000002.json.bak', '000001.chief.old', 'notes'])(
    'ignores the file %s, which is no document',
    async (name) => {
      await folder.add(document(1));
      await writeFile(path(name), '{');
      expect(await folder.read()).toEqual([{ ...document(1), additions: [] }]);
    },
  );

  it.each<[string, string]>([
    ['is not JSON', '{"payload": "text", "person": "chief", "signature": "s"'],
    ['has no payload', '{"person": "chief", "signature": "s"}'],
    ['has no signature, not even null', '{"payload": "text", "person": "chief"}'],
    [
      'has a person who could not be in owners.yaml',
      '{"payload": "text", "person": "../x", "signature": "s"}',
    ],
    ['is a list', '["text", "chief", "s"]'],
  ])('reports a document that %s', async (_, text) => {
    await folder.add(document(1));
    await writeFile(path('000002.json'), text);
    await expect(folder.read()).rejects.toThrow('000002.json is not a signed document');
  });

  it('reports an addition to a document that is missing', async () => {
    await folder.add(document(1));
    await folder.addTo(2, { person: 'other', kind: 'sig', text: 'o\n' });
    await expect(folder.read()).rejects.toThrow('the document that 000002.other.sig is about is missing');
  });

  it('reports a FIFO, a folder and a file in its own place, without waiting', async () => {
    await folder.add(document(1));
    execFileSync('mkfifo', [path('000002.json')]);
    await expect(folder.read()).rejects.toThrow('000002.json cannot be read');
    await rm(path('000002.json'));
    await mkdir(path('000001.other.sig'));
    await expect(folder.read()).rejects.toThrow('000001.other.sig cannot be read');
    await rm(path(''), { recursive: true });
    await writeFile(join(parent, 'documents'), '');
    await expect(folder.read()).rejects.toThrow('cannot be read');
  });
});
