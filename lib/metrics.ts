import { Gauge, Histogram, type Registry } from 'prom-client';

/** What a metric is called, what it means, and by what it is divided. */
interface MetricOptions {
  readonly name: string;
  readonly help: string;
  /** Each label has few values: a label never holds anything that a client can choose. */
  readonly labelNames?: readonly string[];
}

/** A value of a gauge with its labels. */
export interface Reading {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Upper bounds in seconds: from a request of a millisecond to one that meets every timeout. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A histogram of durations in seconds. */
export function durations(registry: Registry, options: MetricOptions): Histogram {
  return new Histogram({ ...options, buckets: DURATIONS, registers: [registry] });
}

/** Adds a gauge whose values are read each time that the metrics are scraped. */
export function addReadings(
  registry: Registry,
  options: MetricOptions,
  read: () => Iterable<Reading> | Promise<Iterable<Reading>>,
): void {
  new Gauge({
    ...options,
    registers: [registry],
    async collect() {
      const readings = await read();
      this.reset();
      // Otherwise a gauge without labels would be 0 where nothing was read.
      if (!options.labelNames) this.remove();
      for (const { labels = {}, value } of readings) this.set(labels, value);
    },
  });
}
