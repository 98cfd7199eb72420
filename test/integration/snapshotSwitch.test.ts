import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { until } from '../city/until.js';

const CLIENTS = 6;
const QUERY = `{
  registries { name rows }
  persons(first: 3) { nodes { id birthYear healthContacts { startedAt service { code } } servicePath { steps { service { code } } } } }
}`;

describe('a new snapshot under load', () => {
  let city: TestCity;
  let served: ServedCity;

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  it('is loaded without a failed request, and each answer is from the old or the new snapshot', async () => {
    const seen: number[] = [];
    const failed: unknown[] = [];
    let done = false;
    const client = async () => {
      while (!done) {
        const answer = await served.client.ask({ persona: 'doctor', purpose: 'care', query: QUERY });
        const listed = answer.data?.['registries'] as { name: string; rows: number }[] | undefined;
        if (answer.errors || !listed) failed.push(answer.errors);
        else seen.push(listed.find(({ name }) => name === 'health')!.rows);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    try {
      await until(() => seen.length >= 2 * CLIENTS);
      const before = seen.at(-1)!;
      const visits = join(city.exports, 'health', 'kaynnit.csv');
      const lines = (await readFile(visits, 'utf8')).trimEnd().split('\n');
      await writeFile(visits, [...lines.slice(0, lines.length / 2), ''].join('\n'));
      const options = ['--source', city.exports, '--data', city.data, '--max-shrink', '100'];
      const extracted = await runPolku(['extract', '--all', ...options]);
      expect(extracted.errors).toMatch(
        /population: unchanged since .* not extracted again; snapshot [\s\S]*\n +health: [\d ]+ rows/,
      );
      await until(() => seen.at(-1)! < before);
      const after = seen.at(-1)!;
      const enough = seen.length + 2 * CLIENTS;
      await until(() => seen.length >= enough);
      expect(new Set(seen)).toEqual(new Set([before, after]));
      expect(seen.lastIndexOf(before)).toBeLessThan(seen.length - CLIENTS);
    } finally {
      done = true;
      await Promise.all(clients);
    }
    expect(failed).toEqual([]);
  });
});
