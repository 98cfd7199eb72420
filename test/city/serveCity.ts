import { serve } from '../../cli/commands/serve.js';
import { DemoClient } from '../../cli/demo/scenes.js';
import { policiesFolder } from '../../cli/options.js';
import type { TestCity } from './makeCity.js';

/** A city served with --dev on a free port. */
export interface ServedCity {
  readonly url: URL;
  readonly client: DemoClient;
  stop(): Promise<void>;
}

export interface ServedCityOptions {
  readonly port?: number;
  readonly remote?: ReadonlyMap<string, string>;
  readonly policies?: string;
  readonly conceal?: boolean;
  readonly epoch?: string;
  readonly ledgerCapacity?: number;
}

export async function serveCity({ data }: TestCity, options: ServedCityOptions = {}): Promise<ServedCity> {
  const { city } = await serve({
    data,
    policies: options.policies ?? policiesFolder,
    port: options.port ?? 0,
    host: '127.0.0.1',
    dev: true,
    conceal: options.conceal ?? false,
    audience: 'polku',
    subgraph: options.remote ?? new Map<string, string>(),
    epoch: options.epoch ?? '1',
    ledgerCapacity: options.ledgerCapacity,
  });
  return { url: city.url, client: new DemoClient(city.url), stop: () => city.stop() };
}
