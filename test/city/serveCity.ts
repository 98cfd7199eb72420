import { serve } from '../../cli/commands/serve.js';
import { configurationWith } from '../../cli/configuration/readConfiguration.js';
import { DemoClient } from '../../cli/demo/scenes.js';
import { policiesFolder } from '../../cli/options.js';
import type { ServiceLog } from '../../cli/runtime/processLog.js';
import type { TestCity } from './makeCity.js';
import { TestLog } from './testLog.js';

/** A city served with --dev on a free port. */
export interface ServedCity {
  readonly url: URL;
  /** The listener for operators, if admin.port is among the keys. */
  readonly admin: URL | undefined;
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
  readonly log?: ServiceLog;
  /** Other keys of the configuration. */
  readonly keys?: Readonly<Record<string, unknown>>;
}

export async function serveCity({ data }: TestCity, options: ServedCityOptions = {}): Promise<ServedCity> {
  const configuration = configurationWith({
    data,
    'policies.folder': options.policies ?? policiesFolder,
    'gateway.port': options.port ?? 0,
    'gateway.conceal': options.conceal ?? false,
    'gateway.epoch': options.epoch,
    'groups.capacity': options.ledgerCapacity,
    registries: remoteRegistries(options.remote),
    ...options.keys,
  });
  const { city } = await serve(configuration, { dev: true }, options.log ?? new TestLog());
  const { url, admin } = city;
  return { url, admin, client: new DemoClient(url), stop: () => city.stop() };
}

/** The addresses of registries in other processes, as the configuration has them. */
export function remoteRegistries(urls: ReadonlyMap<string, string> = new Map()): object {
  return Object.fromEntries([...urls].map(([name, url]) => [name, { url }]));
}
