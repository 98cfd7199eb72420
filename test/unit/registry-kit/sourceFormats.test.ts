import { describe, expect, it } from '@jest/globals';
import type { CsvFormat } from '../../../registry-kit/extraction/mapping/mapping.js';
import { explainFirstLine } from '../../../registry-kit/extraction/source/files/readCsv.js';
import { binaryFormat, encodingOf } from '../../../registry-kit/extraction/source/files/sourceBytes.js';

const FORMAT: CsvFormat = { type: 'csv', delimiter: ',', quote: '"', encoding: 'utf-8' };
const NEEDED = ['HETU', 'ALKUPVM', 'PALVELU'];
const ROW = '131052-9982,2012-05-14,T11\n';

const explain = (head: string, format = FORMAT) => explainFirstLine(head, format, NEEDED, undefined);

describe('a file that is not text', () => {
  it.each([
    ['1f8b0800', 'gzip'],
    ['504b0304140006', 'a zip archive'],
    ['d0cf11e0a1b11ae1', '.xls'],
    ['504152311504', 'Parquet'],
    ['53514c69746520666f726d6174203300', 'SQLite'],
    ['425a6839314159265359000000', 'bzip2'],
    ['fd377a585a00', 'xz'],
    ['28b52ffd', 'Zstandard'],
  ])('X19: is recognised by its first bytes %s: %s', (hex, name) => {
    expect(binaryFormat(Buffer.from(hex, 'hex'))?.name).toContain(name);
  });

  it.each([
    ['[Content_Types].xml', '.xlsx'],
    ['mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'OpenDocument'],
    ['henkilot.csv', 'a zip archive'],
  ])('X19: is recognised by the content of an archive: %s', (entry, name) => {
    const head = Buffer.concat([Buffer.from('504b030414000600', 'hex'), Buffer.from(entry)]);
    expect(binaryFormat(head)?.name).toContain(name);
  });

  it.each(['HETU,ALKUPVM\n', 'PAR1,HETU\n', 'BZH,HETU\n', 'ORC_ID,HETU\n', '\uFEFFHETU\n', ''])(
    'X19: is not confused with a text: %j',
    (text) => {
      expect(binaryFormat(Buffer.from(text))).toBeUndefined();
    },
  );
});

describe('the encoding of a text', () => {
  it.each([
    ['utf-16le', Buffer.from('\uFEFFHETU,ä\n', 'utf16le')],
    ['utf-16le', Buffer.from('HETU;PVM\n', 'utf16le')],
    ['utf-16be', Buffer.from('\uFEFFHETU,ä\n', 'utf16le').swap16()],
    ['utf-16be', Buffer.from('HETU;PVM\n', 'utf16le').swap16()],
    ['utf-8', Buffer.from('\uFEFFHETU')],
    [undefined, Buffer.from('HETU,ä')],
    [undefined, Buffer.from('HETU,\xe4', 'latin1')],
  ])('X19: is recognised by its byte order mark or its zero bytes: %s', (encoding, bytes) => {
    expect(encodingOf(bytes)).toBe(encoding);
  });
});

describe('a wrong first line', () => {
  it.each([
    ['sep=;\nHETU;ALKUPVM;PALVELU\n', /"sep=" line/],
    [`Käynnit 2012, Meikäläinen 131052-9982\n\nHETU,ALKUPVM,PALVELU\n${ROW}`, /stand in line 3\./],
    [`HETU;ALKUPVM;PALVELU\n${ROW}`, /separated by U\+003B, not by U\+002C/],
    [`HETU\tALKUPVM\tPALVELU\n${ROW}`, /separated by U\+0009/],
    ['{"HETU":"131052-9982"}\n{"HETU":"131052-9982"}\n', /JSON/],
    ['[\n {"HETU":"131052-9982"}]', /JSON/],
    ['<?xml version="1.0"?><HETU>131052-9982</HETU>', /XML/],
    ['HETU,\uFFFD,PALVELU\n', /bytes that are none in utf-8/],
    [ROW, /Expected a line of column names/],
  ])('X19, X01: is reported in fixed words: %j', (head, expected) => {
    expect(explain(head)).toMatch(expected);
    expect(explain(head)).not.toMatch(/131052|Meik|2012/);
  });
});
