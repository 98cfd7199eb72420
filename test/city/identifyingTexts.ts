import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** A name or address shorter than this may stand in random bytes by chance. */
const SHORTEST_TEXT = 7;

/** What identifies people in the exports of a city: every code, and every name and address long enough to be told. */
export async function identifyingTexts(exports: string): Promise<{ codes: Set<string>; texts: Set<string> }> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const codes = new Set<string>();
  const texts = new Set<string>();
  const collect = async (into: Set<string>, sql: string) => {
    const reader = await connection.runAndReadAll(sql);
    for (const [value] of reader.getRows()) if (typeof value === 'string') into.add(value);
  };
  const csv = (path: string) => `read_csv('${join(exports, path)}', all_varchar = true, header = true)`;
  const parquet = (path: string) => `read_parquet('${join(exports, path)}')`;
  const people = csv('population/henkilot.csv');
  await collect(codes, `SELECT henkilotunnus FROM ${people}`);
  await collect(codes, `SELECT vanha FROM ${csv('population/tunnusmuutokset.csv')}`);
  await collect(codes, `SELECT HETU FROM ${csv('health/kaynnit.csv')}`);
  await collect(codes, `SELECT client_code FROM ${csv('social/contacts.csv')}`);
  await collect(codes, `SELECT child_code FROM ${parquet('education/attendance.parquet')}`);
  await collect(texts, `SELECT sukunimi || ' ' || etunimet FROM ${people}`);
  await collect(texts, `SELECT etunimet || ' ' || sukunimi FROM ${people}`);
  await collect(texts, `SELECT sukunimi FROM ${people}`);
  await collect(texts, `SELECT NIMI FROM ${csv('health/kaynnit.csv')}`);
  await collect(texts, `SELECT client_name FROM ${csv('social/contacts.csv')}`);
  await collect(texts, `SELECT child_name FROM ${parquet('education/attendance.parquet')}`);
  await collect(texts, `SELECT katuosoite FROM ${csv('population/asuminen.csv')}`);
  connection.closeSync();
  return {
    codes: new Set([...codes].filter((code) => code.length >= 10)),
    texts: new Set([...texts].filter((text) => text.length >= SHORTEST_TEXT)),
  };
}

/** Every file below a folder with its bytes; of a Parquet file also its content as text, for it is compressed. */
export async function* filesBelow(folder: string): AsyncIterable<{ path: string; bytes: Buffer }> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield { path, bytes: await readFile(path) };
    if (path.endsWith('.parquet')) yield { path: `${path} (content)`, bytes: await parquetText(path) };
  }
}

/** Every value that stands in a file, once for each column. */
async function parquetText(path: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const file = `read_parquet('${path}')`;
  const columns = (await connection.runAndReadAll(`SELECT * FROM ${file} LIMIT 0`)).columnNames();
  const texts: string[] = [];
  for (const column of columns) {
    const values = await connection.runAndReadAll(`SELECT DISTINCT "${column}"::VARCHAR FROM ${file}`);
    for (const [value] of values.getRows()) texts.push(String(value));
  }
  connection.closeSync();
  return Buffer.from(texts.join('\n'));
}
