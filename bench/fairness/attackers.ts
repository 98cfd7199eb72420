import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { attacks, type Loot } from './attacks.js';
import { caller } from './caller.js';

/** What one attacker is given. */
export interface Order {
  readonly url: string;
  readonly attack: string;
  readonly token: string;
  readonly purpose: string;
  readonly atOnce: number;
  readonly loot: Loot;
}

/** What became of the attack. */
export interface Spoils {
  readonly requests: number;
  /** How many were answered by each status and first code. */
  readonly outcomes: Readonly<Record<string, number>>;
}

// A thread of its own, so that what it does delays no measurement: asks until it is told to stop.
const { url, attack: name, token, purpose, atOnce, loot } = workerData as Order;
const attack = attacks.find((candidate) => candidate.name === name)!;
const ask = caller(url, { token, purpose });
const outcomes: Record<string, number> = {};
let [requests, stopped] = [0, false];

async function askOn(): Promise<void> {
  while (!stopped) {
    const { status, text } = await ask(attack.ask(requests++, loot)).catch((error: Error) => ({
      status: 0,
      text: `"code":"${error.name}"`,
    }));
    const outcome = `${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? 'answered'}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    // A refusal in a millisecond is no work for the gateway, and too much for the machine that both are on.
    if (status === 429) await sleep(5);
  }
}

parentPort!.once('message', () => (stopped = true));
await Promise.all(Array.from({ length: atOnce }, askOn));
parentPort!.postMessage({ requests, outcomes } satisfies Spoils);
