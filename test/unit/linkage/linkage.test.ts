import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Linkage } from '../../../linkage/linkage.js';
import { hetu, parseScheme } from '../../../linkage/localId.js';
import { FIRST_STORE } from '../../../schema/keys.js';

const SECRET = Buffer.alloc(32, 5);
const ONE = '010594Y9032';
const OTHER = '020594X903P';
const THIRD = '030594W903B';

let folder: string;
let dir: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-linkage-'));
  dir = join(folder, 'linkage');
});
afterEach(() => rm(folder, { recursive: true }));

const open = (expectedPersons = 1000, secret = SECRET) => Linkage.open({ dir, secret, expectedPersons });

describe('linkage', () => {
  it('gives a person one key, whatever the spelling of the code', async () => {
    const linkage = await open();
    const key = linkage.personKey(hetu, ONE);
    expect(typeof key).toBe('number');
    expect(linkage.personKey(hetu, ` ${ONE.toLowerCase()} `)).toBe(key);
    expect(linkage.personKey(hetu, OTHER)).not.toBe(key);
  });

  it('finds people without making anybody known', async () => {
    const linkage = await open();
    expect(linkage.findPerson(hetu, ONE)).toBe('unknown-person');
    expect(linkage.knownPersons).toBe(0);
    const key = linkage.personKey(hetu, ONE);
    expect(linkage.findPerson(hetu, ONE)).toBe(key);
  });

  it('distinguishes a missing code from a wrong one', async () => {
    const linkage = await open();
    expect(linkage.personKey(hetu, '  ')).toBe('missing-code');
    expect(linkage.personKey(hetu, '010190-999X')).toBe('invalid-code');
    expect(linkage.personKey(parseScheme('local:a'), 'x'.repeat(201))).toBe('invalid-code');
  });

  it('separates people whose codes differ by the century sign alone', async () => {
    const linkage = await open();
    expect(linkage.personKey(hetu, '010594-9032')).not.toBe(linkage.personKey(hetu, '010594Y9032'));
  });

  it('separates equal ids of two name spaces', async () => {
    const linkage = await open();
    const [a, b] = [parseScheme('local:a'), parseScheme('local:b')];
    expect(linkage.personKey(a, '1')).not.toBe(linkage.personKey(b, '1'));
  });

  it('keeps keys when it is opened again', async () => {
    const first = await open();
    const keys = [ONE, OTHER, THIRD].map((code) => first.personKey(hetu, code));
    const family = first.familyKey(parseScheme('local:family'), '17');
    await first.save();
    const again = await open();
    expect([ONE, OTHER, THIRD].map((code) => again.findPerson(hetu, code))).toEqual(keys);
    expect(again.familyKey(parseScheme('local:family'), '17')).toBe(family);
    expect(keys).not.toContain(again.personKey(hetu, '040594V9030'));
  });

  it('loads what another process saved', async () => {
    const [server, extraction] = [await open(), await open()];
    const key = extraction.personKey(hetu, ONE);
    await extraction.save();
    expect(server.findPerson(hetu, ONE)).toBe('unknown-person');
    await server.reload();
    expect(server.findPerson(hetu, ONE)).toBe(key);
  });

  it('is a file for its owner only, in a folder for its owner only, without a code in it', async () => {
    const linkage = await open();
    linkage.personKey(hetu, ONE);
    await linkage.save();
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    const path = join(dir, 'keys');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).includes(ONE)).toBe(false);
  });

  it('refuses the store of another secret', async () => {
    const linkage = await open();
    linkage.personKey(hetu, ONE);
    await linkage.save();
    await expect(open(1000, Buffer.alloc(32, 6))).rejects.toMatchObject({
      code: 'LINKAGE_STORE_INVALID',
      message: expect.stringContaining('another linkage secret'),
    });
  });

  it('refuses a store with any flipped byte, or with its end cut', async () => {
    const linkage = await open();
    linkage.personKey(hetu, ONE);
    await linkage.save();
    const path = join(dir, 'keys');
    const whole = await readFile(path);
    const damaged = Array.from(whole, (byte, position) => {
      const copy = Buffer.from(whole);
      copy[position] = byte ^ 0x10;
      return copy;
    });
    for (const bytes of [...damaged, whole.subarray(0, -1), Buffer.alloc(0)]) {
      await writeFile(path, bytes);
      await expect(open()).rejects.toMatchObject({ code: 'LINKAGE_STORE_INVALID' });
    }
  });

  it('X06: grows when more people come than expected, and keeps the issued keys', async () => {
    let linkage = await open(1);
    const keys: unknown[] = [];
    for (const code of [ONE, OTHER, THIRD]) {
      keys.push(linkage.personKey(hetu, code));
      await linkage.save();
      linkage = await open(1);
    }
    expect(new Set(keys).size).toBe(3);
    expect([ONE, OTHER, THIRD].map((code) => linkage.findPerson(hetu, code))).toEqual(keys);
    expect(linkage.personDomain).toBeGreaterThanOrEqual(6);
  });

  it('X06: keeps its name for good, and another store has another name', async () => {
    const linkage = await open();
    linkage.personKey(hetu, ONE);
    await linkage.save();
    linkage.personKey(hetu, OTHER);
    await linkage.save();
    expect((await open()).store).toBe(linkage.store);
    await rm(dir, { recursive: true });
    expect((await open()).store).not.toBe(linkage.store);
  });

  it('X06: refuses another store that replaces the one in use', async () => {
    const first = await open();
    first.personKey(hetu, ONE);
    await first.save();
    const server = await open();
    await rm(dir, { recursive: true });
    const other = await open();
    other.personKey(hetu, OTHER);
    await other.save();
    await expect(server.reload()).rejects.toMatchObject({ code: 'LINKAGE_STORE_CHANGED' });
    expect(server.findPerson(hetu, OTHER)).toBe('unknown-person');
  });

  it('fills about half of its domain with the expected population', async () => {
    const linkage = await open(50);
    const keys = Array.from({ length: 50 }, (_, id) => linkage.personKey(parseScheme('local:a'), `A${id}`));
    expect(new Set(keys).size).toBe(50);
    expect(Math.max(...(keys as number[]))).toBeLessThan(100);
  });

  it('makes record keys that depend on registry, table and id, and on the secret', async () => {
    const [linkage, foreign] = [await open(), await open(1000, Buffer.alloc(32, 6))];
    const keys = [
      linkage.recordKey('health', 'contacts', '1'),
      linkage.recordKey('health', 'contacts', '2'),
      linkage.recordKey('social', 'contacts', '1'),
      linkage.recordKey('social', 'childProtection', '1'),
      foreign.recordKey('health', 'contacts', '1'),
    ];
    expect(new Set(keys).size).toBe(5);
    expect(linkage.recordKey('health', 'contacts', '1')).toBe(keys[0]);
  });
});

describe('a changed code', () => {
  it.each([
    ['the old code was seen first', [ONE]],
    ['the new code was seen first', [OTHER]],
    ['neither was seen before', []],
  ])('leads to one person when %s', async (_, seen) => {
    const linkage = await open();
    const before = seen.map((code) => linkage.personKey(hetu, code));
    linkage.aliasPerson(hetu, ONE, OTHER);
    const key = linkage.findPerson(hetu, ONE);
    expect(typeof key).toBe('number');
    expect(linkage.findPerson(hetu, OTHER)).toBe(key);
    if (before.length > 0) expect(key).toBe(before[0]);
  });

  it.each([
    ['old', [ONE, OTHER]],
    ['new', [OTHER, ONE]],
  ])('of two known people keeps the older key, also after reopening (first: %s)', async (_, order) => {
    const linkage = await open();
    const older = linkage.personKey(hetu, order[0]!);
    linkage.personKey(hetu, order[1]!);
    linkage.aliasPerson(hetu, ONE, OTHER);
    await linkage.save();
    for (const opened of [linkage, await open()]) {
      expect(opened.findPerson(hetu, ONE)).toBe(older);
      expect(opened.personKey(hetu, OTHER)).toBe(older);
    }
  });

  it('follows a chain of changes', async () => {
    const linkage = await open();
    const keys = [ONE, OTHER, THIRD].map((code) => linkage.personKey(hetu, code));
    linkage.aliasPerson(hetu, OTHER, THIRD);
    linkage.aliasPerson(hetu, ONE, OTHER);
    expect([ONE, OTHER, THIRD].map((code) => linkage.findPerson(hetu, code))).toEqual([
      keys[0],
      keys[0],
      keys[0],
    ]);
  });

  it('is refused when a code is missing or wrong', async () => {
    const linkage = await open();
    expect(linkage.aliasPerson(hetu, '', ONE)).toBe('missing-code');
    expect(linkage.aliasPerson(hetu, ONE, '010190-999X')).toBe('invalid-code');
    expect(linkage.knownPersons).toBe(0);
  });
});

describe('the state of linkage', () => {
  /** Whether the state changed after some work, and is the same after the store is opened again. */
  const changes = async (linkage: Linkage, work: () => unknown): Promise<boolean> => {
    const before = linkage.state;
    work();
    await linkage.save();
    expect((await open()).state).toBe(linkage.state);
    return linkage.state !== before;
  };

  it('changes only when a code becomes known or two people are merged', async () => {
    const linkage = await open();
    expect(await changes(linkage, () => linkage.personKey(hetu, ONE))).toBe(true);
    expect(await changes(linkage, () => linkage.personKey(hetu, ONE))).toBe(false);
    expect(await changes(linkage, () => linkage.findPerson(hetu, OTHER))).toBe(false);
    expect(await changes(linkage, () => linkage.personKey(hetu, OTHER))).toBe(true);
    expect(await changes(linkage, () => linkage.aliasPerson(hetu, ONE, OTHER))).toBe(true);
    expect(await changes(linkage, () => linkage.aliasPerson(hetu, ONE, OTHER))).toBe(false);
    expect(await changes(linkage, () => linkage.aliasPerson(hetu, OTHER, THIRD))).toBe(true);
  });

  it('does not depend on ids of one system', async () => {
    const linkage = await open();
    const own = parseScheme('local:clinic');
    expect(await changes(linkage, () => linkage.personKey(own, '1'))).toBe(false);
    expect(await changes(linkage, () => linkage.familyKey(own, '1'))).toBe(false);
  });

  it('differs in a newly created store', async () => {
    const linkage = await open();
    linkage.personKey(hetu, ONE);
    await linkage.save();
    await rm(dir, { recursive: true });
    const recreated = await open();
    recreated.personKey(hetu, ONE);
    await recreated.save();
    expect(recreated.state).not.toBe(linkage.state);
  });

  it.each([1, 2])(
    'X06: of a store of format %i keeps its keys, and its name is that of the first store',
    async (format) => {
      const linkage = await open();
      const keys = [linkage.personKey(hetu, ONE), linkage.personKey(hetu, OTHER)];
      const merged = linkage.aliasPerson(hetu, ONE, OTHER);
      const family = linkage.familyKey(parseScheme('local:family'), '17');
      await linkage.save();
      const path = join(dir, 'keys');
      const file = await readFile(path);
      await writeFile(path, asFormat(format, file));
      for (let time = 0; time < 2; time++) {
        const reopened = await open();
        expect(reopened.store).toBe(FIRST_STORE);
        expect([reopened.findPerson(hetu, ONE), reopened.findPerson(hetu, OTHER)]).toEqual([merged, merged]);
        expect(reopened.familyKey(parseScheme('local:family'), '17')).toBe(family);
        expect(keys).not.toContain(reopened.personKey(hetu, THIRD));
        expect(reopened.state === linkage.state).toBe(format === 2 && time === 0);
        await reopened.save();
      }
    },
  );
});

/**
 * Rewrites a file of format 3 (magic, version, check value, name, state: 8, 4, 16, 16 and 16 bytes; then for
 * each kind four counts, its only generation, entries of 20 bytes and aliases of 8) in an older format.
 */
function asFormat(format: number, file: Buffer): Buffer {
  const header = Buffer.concat([file.subarray(0, 28), ...(format === 2 ? [file.subarray(44, 60)] : [])]);
  header.writeUInt32BE(format, 8);
  const kinds: Buffer[] = [];
  let at = 60;
  for (let kind = 0; kind < 2; kind++) {
    const counts = Buffer.from(file.subarray(at, at + 16));
    const rest = 20 * counts.readUInt32BE(8) + 8 * counts.readUInt32BE(12);
    counts.writeUInt32BE(file.readUInt32BE(at + 16), 0);
    kinds.push(counts, file.subarray(at + 24, at + 24 + rest));
    at += 24 + rest;
  }
  const body = Buffer.concat([header, ...kinds]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}
