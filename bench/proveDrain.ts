import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drainRestarts } from '../test/city/drainRestarts.js';
import { makeCity } from '../test/city/makeCity.js';

// Restarts a gateway under load and counts lost requests: npm run prove:drain -- [restarts]
// The exit code is 1 if a request was lost or reset.

const [restarts = 20] = process.argv.slice(2).map(Number);
const cities = (process.env['TEST_CITIES'] = await mkdtemp(join(tmpdir(), 'polku-drain-')));
const city = await makeCity();
const { answered, lost } = await drainRestarts(city, restarts);
console.log(`${restarts} restarts under load: ${answered} requests answered, ${lost.length} lost.`);
for (const reason of new Set(lost)) console.log(`  ${reason}`);
await city.remove();
await rm(cities, { recursive: true });
if (lost.length > 0) process.exitCode = 1;
