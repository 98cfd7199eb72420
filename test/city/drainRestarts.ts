import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './freePort.js';
import type { TestCity } from './makeCity.js';
import { startPolku } from './runPolku.js';
import { until } from './until.js';

const CLIENTS = 8;
const PROBE_MS = 100;
/** Answers that each run of the gateway must have given before it is stopped. */
const ANSWERS_A_RUN = 100;

export interface DrainResult {
  readonly answered: number;
  /** What became of requests that were not answered, in words. */
  readonly lost: readonly string[];
}

/**
 * Restarts a gateway under load. Clients keep their connections open, and stop sending once /readyz says that
 * the gateway is not ready, as behind a load balancer.
 */
export async function drainRestarts({ data }: TestCity, restarts: number): Promise<DrainResult> {
  const port = await freePort();
  const lost: string[] = [];
  let answered = 0;
  let token: string | undefined;
  let isOver = false;

  const readyz = async (): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await response?.text();
    return response?.status ?? 0;
  };
  async function balance(): Promise<void> {
    while (!isOver) {
      if ((await readyz()) !== 200) token = undefined;
      else token ??= await tokenOf(port);
      await sleep(PROBE_MS);
    }
  }
  async function ask(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      if (token === undefined) {
        await sleep(5);
        continue;
      }
      const outcome = await post(agent, port, token);
      if (outcome === undefined) answered += 1;
      else lost.push(outcome);
    }
    agent.destroy();
  }

  let gateway = await start(data, port);
  const working = [balance(), ...Array.from({ length: CLIENTS }, ask)];
  try {
    for (let restart = 0; restart <= restarts; restart++) {
      const before = answered + lost.length;
      await until(() => answered + lost.length >= before + ANSWERS_A_RUN);
      const ended = once(gateway, 'exit');
      gateway.kill('SIGTERM');
      await ended;
      if (restart < restarts) gateway = await start(data, port);
    }
  } finally {
    isOver = true;
    gateway.kill('SIGKILL');
    await Promise.all(working);
  }
  return { answered, lost };
}

async function start(data: string, port: number): Promise<ChildProcess> {
  const gateway = startPolku(['serve', '--dev', '--data', data, '--port', String(port)], {
    env: { ...process.env, POLKU_GATEWAY_DRAIN_DELAY_SECONDS: '1', POLKU_LOG_LEVEL: 'error' },
  });
  gateway.stderr!.resume();
  gateway.stdout!.resume();
  await once(gateway.stdout!, 'data');
  return gateway;
}

async function tokenOf(port: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'doctor' }),
  }).catch(() => undefined);
  return response && ((await response.json()) as { token: string }).token;
}

/** @returns undefined if the request was answered, or why it was not */
function post(agent: Agent, port: number, token: string): Promise<string | undefined> {
  const body = JSON.stringify({ query: '{ persons(first: 1) { nodes { birthYear } } }' });
  return new Promise((resolve) => {
    const sent = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/graphql',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          'purpose-of-use': 'care',
        },
      },
      (response) => {
        response.resume();
        response.once('error', (error) => resolve(error.message));
        response.once('end', () => {
          resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`);
        });
      },
    );
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}
