import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputKinds } from '../test/generative/hostileInput/kinds.js';
import { identities } from '../test/generative/hostileInput/plantedPeople.js';
import { PATIENCE_MS, type Proof, proveInputs } from '../test/generative/hostileInput/proveInputs.js';

// Tries hostile inputs on everything that Polku reads: npm run prove:input -- [cases] [seed]
// A separate process reads them, so that an input that crashes or blocks it can be named.

type Message = { readonly begins: string } | { readonly ends: true } | { readonly proof: Proof };

const [cases = 2_000, seed = 1] = process.argv.slice(2).map(Number);
if (process.send) await readInputs();
else process.exitCode = await watch();

async function readInputs(): Promise<void> {
  const proof = await proveInputs(inputKinds, {
    cases,
    seed,
    identities,
    onBegin: (kind, index) => tell({ begins: `${kind}, case ${index} of seed ${seed}` }),
    onEnd: () => tell({ ends: true }),
  });
  tell({ proof });
  process.disconnect();
}

function tell(message: Message): void {
  process.send!(message);
}

/** The exit code: 0 when no fault was found. */
async function watch(): Promise<number> {
  const cities = mkdtempSync(join(tmpdir(), 'polku-cities-'));
  const child = fork(import.meta.filename, process.argv.slice(2), {
    env: { ...process.env, POLKU_TEST_CITIES: cities },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let [at, done, reported] = ['the preparation', 0, 0];
  let proof: Proof | undefined;
  let hangs = false;
  let watchdog: NodeJS.Timeout | undefined;
  child.on('message', (message: Message) => {
    clearTimeout(watchdog);
    if ('proof' in message) return void (proof = message.proof);
    if ('begins' in message) {
      at = message.begins;
      watchdog = setTimeout(() => {
        hangs = true;
        child.kill('SIGKILL');
      }, 2 * PATIENCE_MS);
      return;
    }
    if (++done - reported < 500) return;
    reported = done;
    console.log(`${done} of ${cases} cases`);
  });
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(watchdog);
  rmSync(cities, { recursive: true, force: true });
  if (!proof) {
    console.log(`${hangs ? 'Hung' : 'Crashed'} at ${at}.`);
    return 1;
  }
  for (const [kind, outcomes] of Object.entries(proof.outcomes)) {
    const sorted = Object.entries(outcomes).sort(([, one], [, other]) => other - one);
    console.log(`${kind}: ${sorted.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
  }
  console.log(`\n${tableOf(proof.outcomes)}\n`);
  console.log(
    [...proof.faults, `${proof.cases} cases of seed ${seed}: ${proof.faults.length} faults.`].join('\n'),
  );
  return proof.faults.length === 0 ? 0 : 1;
}

/** The table of docs/decisions/hostile-inputs.md. Other inputs were refused with a code, or are named. */
function tableOf(outcomes: Proof['outcomes']): string {
  const rows = Object.entries(outcomes).map(([kind, counts]) => {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const right = (counts['accepted'] ?? 0) + (counts['unchanged'] ?? 0);
    return `| ${kind} | ${all} | ${all - right} | ${right} |`;
  });
  return ['| Kind | Cases | Coded errors | Right answers |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
