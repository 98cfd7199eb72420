import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile } from 'node:fs/promises';
import { PersonDigests } from '../../../gateway/audit/personDigests.js';
import { PersonLog, type PersonLogPage } from '../../../gateway/audit/personLog.js';
import { record, TestLog } from './testLog.js';

const secret = Buffer.alloc(32, 1);
const digests = new PersonDigests(secret);

describe("a person's own log", () => {
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
    // About three megabytes in several files, so that lines lie across the pieces that are read.
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

  it('names nobody to whoever has another secret, and everybody alike under one', () => {
    const others = new PersonDigests(Buffer.alloc(32, 2));
    expect(others.of(1)).not.toBe(digests.of(1));
    expect(new PersonDigests(Buffer.alloc(32, 1)).of(1)).toBe(digests.of(1));
    expect(digests.ofAll([3, 1, 2])).toEqual(digests.ofAll([2, 3, 1]));
  });
});
