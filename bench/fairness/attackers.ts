import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { attacks, type Loot } from './attacks.js';
import { caller } from './caller.js';

/** The input of one attacker. */
export interface Order {
  readonly url: string;
  readonly attack: string;
  readonly token: string;
  readonly purpose: string;
  readonly atOnce: number;
  readonly loot: Loot;
}

/** The result of the attack. */
export interface Spoils {
  readonly requests: number;
  /** How many were answered by each status and first code. */
  readonly outcomes: Readonly<Record<string, number>>;
}

// Runs in a thread of its own, so that it delays no measurement. Sends requests until it is stopped.
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
    // A refusal in a millisecond is no load for the gateway, but too much for the machine that both share.
    if (status === 429) await sleep(5);
  }
}

parentPort!.once('message', () => (stopped = true));
await Promise.all(Array.from({ length: atOnce }, askOn));
parentPort!.postMessage({ requests, outcomes } satisfies Spoils);
