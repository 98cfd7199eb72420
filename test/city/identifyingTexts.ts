import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetRows } from '../../lib/duckdb.js';
import { parseCsv } from '../unit/synthetic-city/csv.js';

/** A shorter name or address may occur in random bytes by chance. */
const SHORTEST_TEXT = 7;

/**
 * What identifies people in the exports of a city: every code, and every name and address that is long
 * enough.
 */
export async function identifyingTexts(exports: string): Promise<{ codes: Set<string>; texts: Set<string> }> {
  // Some bytes of the exports are not text; the readable parts around them count.
  const csv = async (path: string, separator = ',') =>
    parseCsv(await readFile(join(exports, path), 'utf8'), separator);
  const people = await csv('population/henkilot.csv');
  const changes = await csv('population/tunnusmuutokset.csv');
  const homes = await csv('population/asuminen.csv');
  const visits = await csv('health/kaynnit.csv', ';');
  const contacts = await csv('social/contacts.csv');
  const children = await readParquet(
    join(exports, 'education', 'attendance.parquet'),
    'child_code, child_name',
  );
  const codes = [
    ...people.map((row) => row['henkilotunnus']),
    ...changes.map((row) => row['vanha']),
    ...visits.map((row) => row['HETU']),
    ...contacts.map((row) => row['client_code']),
    ...children.map(([code]) => code),
  ];
  const texts = [
    ...people.flatMap(({ sukunimi, etunimet }) => [
      `${sukunimi} ${etunimet}`,
      `${etunimet} ${sukunimi}`,
      sukunimi,
    ]),
    ...visits.map((row) => row['NIMI']),
    ...contacts.map((row) => row['client_name']),
    ...children.map(([, name]) => name),
    ...homes.map((row) => row['katuosoite']),
  ];
  const atLeast = (length: number, found: readonly (string | null | undefined)[]) =>
    new Set(found.filter((text): text is string => typeof text === 'string' && text.length >= length));
  return { codes: atLeast(10, codes), texts: atLeast(SHORTEST_TEXT, texts) };
}

async function readParquet(path: string, columns: string): Promise<(string | null)[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`SELECT DISTINCT ${columns} FROM ${parquetRows(path)}`);
  connection.closeSync();
  return reader.getRows() as (string | null)[][];
}

/** Every file below a folder with its bytes. Parquet is compressed, so its content is added as text. */
export async function* filesBelow(folder: string): AsyncIterable<{ path: string; bytes: Buffer }> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield { path, bytes: await readFile(path) };
    if (path.endsWith('.parquet')) yield { path: `${path} (content)`, bytes: await parquetText(path) };
  }
}

/** Every value that occurs in a file, once for each column. */
async function parquetText(path: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const file = parquetRows(path);
  const columns = (await connection.runAndReadAll(`SELECT * FROM ${file} LIMIT 0`)).columnNames();
  const texts: string[] = [];
  for (const column of columns) {
    const values = await connection.runAndReadAll(`SELECT DISTINCT "${column}"::VARCHAR FROM ${file}`);
    for (const [value] of values.getRows()) texts.push(String(value));
  }
  connection.closeSync();
  return Buffer.from(texts.join('\n'));
}
