import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../lib/packageRoot.js';
import { runMeasured } from './city/measuredProcess.js';
import { type CityFigures, type PathFigures, printTable, quoteIn } from './city/report.js';

// `npm run bench:city` makes the city at three sizes, extracts it, serves it and reads paths from it, each
// in a process of its own. It writes the table that docs/size.md quotes. Other sizes are only printed:
// `npm run bench:city -- 5000 10000`.

/** People of the published experiment, then half and a quarter of that. */
const SIZES = [130_000, 260_000, 520_000];
const PAGE = join(packageRoot(), 'docs', 'size.md');
const REGISTRIES = ['population', 'health', 'social', 'education'];

const given = process.argv.slice(2).map(Number);
if (given.some((size) => !Number.isInteger(size) || size < 1)) {
  console.error('Expected sizes of cities in people, such as: npm run bench:city -- 5000 10000');
  process.exit(2);
}
const figures: CityFigures[] = [];
for (const persons of given.length > 0 ? given : SIZES) figures.push(await measure(persons));
const table = printTable(figures);
console.log(table);
if (given.length === 0) {
  await quoteIn(PAGE, table);
  console.log(`Written to ${PAGE}.`);
}

async function measure(persons: number): Promise<CityFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
  const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
  const polku = join(packageRoot(), 'dist', 'cli', 'main.js');
  const tell = (what: string) => console.error(`${persons.toLocaleString('en')} people: ${what} ...`);
  try {
    tell('generating');
    const generation = await runMeasured([
      polku,
      'city',
      'generate',
      '--persons',
      String(persons),
      '--out',
      exports,
    ]);
    tell('extracting');
    const extraction = await runMeasured([polku, 'extract', '--all', '--source', exports, '--data', data]);
    tell('serving');
    const serving = await runMeasured([polku, 'serve', '--dev', '--data', data, '--port', '0'], {
      until: /Polku serves/,
    });
    tell('reading paths');
    const reading = await runMeasured([join(packageRoot(), 'dist', 'bench', 'city', 'readPaths.js'), data]);
    return {
      persons,
      ...(await contactsIn(data)),
      exportBytes: await bytesIn(exports),
      dataBytes: await bytesIn(data),
      generation,
      extraction,
      serving,
      paths: JSON.parse(reading.output) as PathFigures,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Contacts and all rows of the snapshots. */
async function contactsIn(data: string): Promise<{ contacts: number; rows: number }> {
  const counts = { contacts: 0, rows: 0 };
  for (const registry of REGISTRIES) {
    const current = (await readFile(join(data, registry, 'current'), 'utf8')).trim();
    const { tables } = JSON.parse(await readFile(join(data, registry, current, 'manifest.json'), 'utf8')) as {
      tables: Record<string, { rows: number }>;
    };
    counts.contacts += tables['contacts']?.rows ?? 0;
    for (const { rows } of Object.values(tables)) counts.rows += rows;
  }
  return counts;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
