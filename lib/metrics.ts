import { Gauge, type Histogram, type Registry } from 'prom-client';

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
export const DURATIONS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

/** The durations that have the same labels. */
class DurationSeries {
  /** How many lie below each bound and not below the one before; at the end, above all bounds. */
  readonly counts = new Array<number>(DURATIONS.length + 1).fill(0);
  sum = 0;

  constructor(readonly labels: Readonly<Record<string, string>>) {}

  observe(seconds: number): void {
    let at = 0;
    while (at < DURATIONS.length && seconds > DURATIONS[at]!) at++;
    this.counts[at]!++;
    this.sum += seconds;
  }
}

/** A place in the tree of series: one level for each label. */
interface SeriesNode {
  readonly below: Map<string, SeriesNode>;
  series?: DurationSeries;
}

/**
 * A histogram of durations in seconds, which prom-client reads when the metrics are scraped. A request
 * observes a dozen durations. The histogram of prom-client would check and join their labels each time.
 */
export class DurationHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly labelNames: readonly string[];
  readonly #root: SeriesNode = { below: new Map() };
  readonly #all: DurationSeries[] = [];

  constructor(registry: Registry, { name, help, labelNames = [] }: MetricOptions) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    if (labelNames.length === 0) this.of();
    // A registry reads the name and calls get. Its typings accept the classes of prom-client only.
    registry.registerMetric(this as unknown as Histogram);
  }

  /** The series of these values of the labels, in the order of their names. It exists from now on. */
  of(...values: readonly string[]): DurationSeries {
    let node = this.#root;
    for (const value of values) {
      let next = node.below.get(value);
      if (!next) node.below.set(value, (next = { below: new Map() }));
      node = next;
    }
    return (node.series ??= this.#add(values));
  }

  /** What a registry writes. */
  async get(): Promise<object> {
    const { name, help, type } = this;
    return { name, help, type, values: this.#all.flatMap((series) => this.#samples(series)) };
  }

  #add(values: readonly string[]): DurationSeries {
    const labels = this.labelNames.map((label, at) => [label, values[at]!] as const);
    const series = new DurationSeries(Object.fromEntries(labels));
    this.#all.push(series);
    return series;
  }

  #samples({ labels, counts, sum }: DurationSeries): object[] {
    let count = 0;
    const buckets = [...DURATIONS, '+Inf'].map((le, at) => ({
      metricName: `${this.name}_bucket`,
      labels: { le, ...labels },
      value: (count += counts[at]!),
    }));
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
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
