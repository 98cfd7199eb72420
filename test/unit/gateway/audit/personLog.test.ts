/**
 * @property audit/own-log Nobody without the audit secret can hide an entry from a person. A page of
 * `accessLog` costs what a page costs.
 * @enforcedBy gateway/audit/personIndex.ts, gateway/audit/personLog.ts
 */
import { appendFile, copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuditRecord, PersonDigests } from '../../../../gateway/audit/auditRecord.js';
import { PersonLog, type PersonLogPage } from '../../../../gateway/audit/personLog.js';
import { findRecords } from '../../../../gateway/audit/readRecords.js';
import { record, TestLog } from './testLog.js';

const secret = Buffer.alloc(32, 1);
const digests = new PersonDigests(secret);

describe('the log of one person', () => {
  let log: TestLog;
  let people: PersonLog;
  let faults: unknown[];
  beforeEach(async () => {
    log = await TestLog.make();
    faults = [];
    people = open();
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await people.close();
    await log.remove();
  });

  function open(): PersonLog {
    return new PersonLog({ dataFolder: log.folder, secret, report: (fault) => faults.push(fault) });
  }

  async function decisionsOf(
    person: number | readonly number[],
    page: PersonLogPage = {},
    first = Infinity,
  ): Promise<string[]> {
    const found: string[] = [];
    const keys = typeof person === 'number' ? [person] : person;
    for await (const { decisionId } of people.recordsOf(new Set(digests.ofAll(keys)), page)) {
      found.push(decisionId);
      if (found.length === first) break;
    }
    return found;
  }

  it('holds the decisions that read data of that person, newest first, over files of any length', async () => {
    // About three megabytes in several files, so that lines cross the boundaries of the pieces that are
    // read.
    for (let file = 0; file < 3; file++) {
      const open = await log.open({ limits: { fileBytes: 1_500_000 } });
      const ids = Array.from({ length: 1_000 }, (_, index) => file * 1_000 + index);
      await Promise.all(
        ids.map((id) =>
          open.append(
            record(String(id), {
              people: digests.ofAll(id % 7 === 0 ? [1, 2] : [2]),
              coordinates: Array.from({ length: 1 + (id % 60) }, (_, index) => `Person.field${index}`),
            }),
          ),
        ),
      );
      await open.close();
    }
    await appendFile(log.file((await log.files()).at(-1)!), `{"seq":1,"people":["${digests.of(1)}"`);
    const all = Array.from({ length: 3_000 }, (_, id) => 2_999 - id);
    expect(await decisionsOf(1)).toEqual(all.filter((id) => id % 7 === 0).map(String));
    expect(await decisionsOf(2)).toEqual(all.map(String));
    expect(await decisionsOf(3)).toEqual([]);
  });

  describe('with its index', () => {
    /** Ten files of ten decisions: every seventh about person 1, all about person 2. */
    beforeEach(async () => {
      for (let file = 0; file < 10; file++) {
        const open = await log.open({ limits: { fileBytes: 1 } });
        await Promise.all(
          Array.from({ length: 10 }, (_, index) => {
            const id = file * 10 + index;
            const people = digests.ofAll(id % 7 === 0 ? [1, 2] : [2]);
            return open.append(
              record(String(id), { people, time: new Date(1e12 + id * 1000).toISOString() }),
            );
          }),
        );
        await open.close();
      }
      await people.look();
    });
    const ofOne = Array.from({ length: 100 }, (_, id) => 99 - id)
      .filter((id) => id % 7 === 0)
      .map(String);
    const indexes = async () => (await log.files()).filter((name) => name.endsWith('.index'));
    const reopen = async () => {
      await people.close();
      people = open();
    };

    it('G03: is stored with each complete file, readable by its owner only', async () => {
      const segments = (await log.files()).filter((name) => name.endsWith('.jsonl'));
      expect(await indexes()).toEqual(segments.slice(0, -1).map((name) => `${name}.index`));
      for (const name of await indexes()) expect((await stat(log.file(name))).mode & 0o777).toBe(0o600);
    });

    it('G03: reads the lines of a page, and no file without a match', async () => {
      await reopen();
      await people.look();
      // Files that no page reads may be missing.
      const [first] = await log.files();
      await writeFile(log.file(first), ' '.repeat((await stat(log.file(first))).size));
      expect(await decisionsOf(1, {}, 5)).toEqual(ofOne.slice(0, 5));
      expect(await decisionsOf(3)).toEqual([]);
    });

    it('G03: continues after a page, to the end', async () => {
      const found: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await decisionsOf(1, { after }, 4);
        if (page.length === 0) break;
        found.push(...page);
        after = page.at(-1);
      }
      expect(found).toEqual(ofOne);
      expect(await decisionsOf(1, { after: '1' })).toEqual([]);
      expect(await decisionsOf(1, { after: 'nothing' })).toEqual([]);
    });

    it.each([
      ['is gone', (path: string) => rm(path)],
      ['is empty', (path: string) => writeFile(path, '')],
      ['is cut', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, -8))],
      [
        'was changed to hide everybody',
        async (path: string) => {
          const index = await readFile(path);
          await writeFile(path, index.fill(0, index.length - 200));
        },
      ],
      ['is of another file', async (path: string) => copyFile(log.file((await indexes()).at(-1)), path)],
    ])('G03: builds the index again when it %s', async (_, damage) => {
      for (const name of await indexes()) await damage(log.file(name));
      for (let round = 0; round < 2; round++) {
        await reopen();
        expect(await decisionsOf(1)).toEqual(ofOne);
      }
    });

    it('G03: ignores an index made under another secret', async () => {
      const foreign = new PersonLog({
        dataFolder: log.folder,
        secret: Buffer.alloc(32, 7),
        report: (fault) => faults.push(fault),
      });
      for (const name of await indexes()) await rm(log.file(name));
      await foreign.look();
      await foreign.close();
      await reopen();
      expect(await decisionsOf(1)).toEqual(ofOne);
    });

    it('G03: finds recent records', async () => {
      const open = await log.open();
      await open.append(record('new', { people: digests.ofAll([1]) }));
      expect(await decisionsOf(1, {}, 1)).toEqual(['new']);
      await open.append(record('newer', { people: digests.ofAll([1]) }));
      expect(await decisionsOf(1, {}, 2)).toEqual(['newer', 'new']);
      await open.close();
    });

    it('G03: skips files that are older than requested', async () => {
      for (const name of await log.files()) if (name.endsWith('.index')) await rm(log.file(name));
      await reopen();
      await decisionsOf(1, { since: '2999-01-01' });
      expect(await indexes()).toEqual([]);
    });
  });

  it('A06: holds what was read under every key of the person, once', async () => {
    const open = await log.open();
    await open.append(record('old', { people: digests.ofAll([1]) }));
    await open.append(record('other', { people: digests.ofAll([2]) }));
    await open.append(record('both', { people: digests.ofAll([1, 3]) }));
    await open.append(record('new', { people: digests.ofAll([3]) }));
    await open.close();
    expect(await decisionsOf([1, 3])).toEqual(['new', 'both', 'old']);
  });

  it('C09: holds a decision about more people than fit into a line, and so does the whole log', async () => {
    const training = await log.open({ writer: 'training', limits: { peoplePerEntry: 100 } });
    const many = digests.ofAll(Array.from({ length: 1_050 }, (_, person) => person));
    await training.append(record('before', { people: digests.ofAll([7]) }));
    await training.append(record('trained', { people: many }));
    await training.close();
    await log.write(['a']);
    for (const person of [0, 500, 1_049]) expect(await decisionsOf(person)).toContain('trained');
    expect(await decisionsOf(7)).toEqual(['trained', 'before']);
    expect(await decisionsOf(7, { after: 'trained' })).toEqual(['before']);
    expect(await decisionsOf(1_050)).toEqual([]);
    const found: AuditRecord[] = [];
    for await (const one of findRecords(log.folder, { person: new Set(digests.ofAll([500])) }))
      found.push(one);
    expect(found).toMatchObject([{ decisionId: 'trained', people: [], peopleBefore: 1_050 }]);
    expect((await log.verifyAll(true)).fault).toBeUndefined();
  });

  it('names nobody to a reader with another secret, and gives each person one digest under one secret', () => {
    const others = new PersonDigests(Buffer.alloc(32, 2));
    expect(others.of(1)).not.toBe(digests.of(1));
    expect(new PersonDigests(Buffer.alloc(32, 1)).of(1)).toBe(digests.of(1));
    expect(digests.ofAll([3, 1, 2])).toEqual(digests.ofAll([2, 3, 1]));
  });
});
