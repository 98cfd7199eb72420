import { describe, expect, it } from '@jest/globals';
import { resolveReference } from '../../../registry-kit/extraction/source/json/fhirReference.js';
import { codesById } from '../../../registry-kit/extraction/source/json/patientCodes.js';
import { type JsonLines, readJsonLines } from '../../../registry-kit/extraction/source/json/readJsonLines.js';
import type { RowBatch } from '../../../registry-kit/extraction/source/rowBatch.js';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

interface ReadLines {
  readonly rows: readonly (readonly string[])[];
  readonly rejected: RowBatch['rejected'];
  readonly leftOut: readonly number[];
  readonly unseen: readonly string[];
}

/** Reads lines in pieces of a size; each row begins with its number. */
async function read(text: string | Buffer, lines: Partial<JsonLines> = {}, size = 1000): Promise<ReadLines> {
  const batches = readJsonLines(inPieces(Buffer.from(text as string), size), {
    name: 'visits.ndjson',
    columns: ['id', 'day'],
    where: undefined,
    ...lines,
  });
  const [rows, rejected, leftOut]: [string[][], RowBatch['rejected'][number][], number[]] = [[], [], []];
  for (;;) {
    const { value, done } = await batches.next();
    if (done) return { rows, rejected, leftOut, unseen: value };
    value.rowNumbers.forEach((row, index) =>
      rows.push([String(row), ...value.columns.map((column) => column[index]!)]),
    );
    rejected.push(...value.rejected);
    leftOut.push(...(value.leftOut ?? []));
  }
}

describe('JSON Lines', () => {
  it.each([1, 2, 7, 1000])('are the same in pieces of %i bytes', async (size) => {
    const text = '\uFEFF{"id":"ä1","day":"2012-05-14"}\r\n\n  \n{"id":2}\n{"day":[1,1]}';
    const { rows, rejected } = await read(text, {}, size);
    expect(rows).toEqual([
      ['1', 'ä1', '2012-05-14'],
      ['2', '2', ''],
      ['3', '', '1'],
    ]);
    expect(rejected).toEqual([]);
  });

  it('are read on after a line that is no object, and every line is accounted for', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"id":1}\n{"id":\n[1]\n"x"\nnull\n{"id":{}}\n{"id":[1,2]}\n{"id":"'),
      Buffer.from([0xe4]),
      Buffer.from('"}\n{"id":9007199254740993}\n{"id":10}\n'),
    ]);
    const { rows, rejected } = await read(bytes);
    expect(rows.map(([row]) => row)).toEqual(['1', '10']);
    expect(rejected.map(({ row, reason, columns }) => [row, reason, ...columns])).toEqual([
      [2, 'malformed-row'],
      [3, 'malformed-row'],
      [4, 'malformed-row'],
      [5, 'malformed-row'],
      [6, 'not-a-value', 'id'],
      [7, 'several-values', 'id'],
      [8, 'wrong-encoding'],
      [9, 'inexact-number', 'id'],
    ]);
  });

  it('leave out rows by any value of a path', async () => {
    const text = '{"id":1,"s":["N","R"]}\n{"id":2,"s":["N"]}\n{"id":3}\n';
    const isR = (values: readonly string[]) => values.includes('R');
    const only = await read(text, { where: new Map([['s', isR]]) });
    expect([only.rows.map(([row]) => row), only.leftOut]).toEqual([['1'], [2, 3]]);
    const others = await read(text, { where: new Map([['s', (values) => !isR(values)]]) });
    expect([others.rows.map(([row]) => row), others.leftOut]).toEqual([['2', '3'], [1]]);
    const faulty = await read('{"id":1,"s":{"code":"R"}}', { where: new Map([['s', isR]]) });
    expect(faulty.rejected).toEqual([{ row: 1, reason: 'not-a-value', columns: ['s'] }]);
  });

  it('tell which paths no object has', async () => {
    expect((await read('{"id":1}\n{"id":2}')).unseen).toEqual(['day']);
    expect((await read('')).unseen).toEqual([]);
    await expect(read('{"ID":1}')).rejects.toMatchObject({ code: 'SOURCE_COLUMNS' });
  });

  it.each([
    ['[{"id":1}]', /is one JSON list/],
    ['[\n{"id":1}\n]', /is one JSON list/],
    ['{\n  "id": "240271-9502"\n}', /over several lines/],
    ['{ "id":\n"240271-9502" }', /over several lines/],
    ['{"resourceType":"Bundle","entry":[]}', /is a Bundle of FHIR/],
    [`{"id":"${'x'.repeat(2 ** 24)}"}`, /a line of more than 16 MiB/],
  ])('are told from other JSON: %.20s', async (text, message) => {
    const error = await read(text, {}, 2 ** 20).catch((cause: Error) => cause);
    expect(error).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('240271');
  });
});

describe('a reference of FHIR', () => {
  const codes = new Map([['p1', 'code-1']]);
  it.each([
    ['Patient/p1', 'p1', 'code-1'],
    ['https://ehr.example/fhir/Patient/p1', 'p1', 'code-1'],
    ['https://ehr.example/fhir/Patient/p1/_history/3', 'p1', 'code-1'],
    ['urn:uuid:p1', 'p1', 'code-1'],
    ['urn:uuid:5c2b', '5c2b', '5c2b'],
    ['Patient/p2', 'p2', ''],
    ['Practitioner/p1', 'p1', 'p1'],
    ['#p1', '', ''],
    ['Patient?identifier=urn:oid:1.2.246.21|131052-9982', '', ''],
    ['p1', '', ''],
  ])('%s is an id, or the code of a patient', (text, id, code) => {
    expect(resolveReference(undefined)(text)).toBe(id);
    expect(resolveReference(codes)(text)).toBe(code);
  });

  it('has no code where a patient has two', async () => {
    async function* rows(): AsyncGenerator<RowBatch> {
      yield {
        columns: [
          ['p1', 'p2', 'p1', 'p3', 'p2'],
          ['a', 'b', 'c', '', 'b'],
        ],
        rowNumbers: [],
        rejected: [],
      };
    }
    expect([...(await codesById(rows()))]).toEqual([['p2', 'b']]);
  });
});
