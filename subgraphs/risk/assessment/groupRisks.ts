import type { Feed } from '../../../schema/feed.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { Turns } from '../../../schema/turns.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import type { RiskModel } from '../model/riskModel.js';
import { bandOf } from '../../registry/factors/riskBands.js';

/** Children who are assessed between two looks at the clock. */
const CHILDREN_AT_ONCE = 256;

/** The band of each child of a group of whom every registry told, and who is no client yet. */
export interface GroupRisks {
  readonly child: Uint32Array;
  readonly band: Uint8Array;
}

/**
 * Assesses the children of a group, by the model that assesses one.
 * @param feeds by registry; each must be data
 * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry answers in another form
 */
export async function groupRisks(
  model: RiskModel,
  feeds: readonly (readonly [registry: string, Feed])[],
  horizonYears: number,
): Promise<GroupRisks> {
  const told = new Map(feeds.map(([registry, feed]) => [registry, new ToldChildren(registry, feed)]));
  const population = told.get('population')!;
  const factors = model.factors.map((factor) =>
    told.get(factor.slice(0, factor.indexOf('.')))!.column(factor),
  );
  const client = told.get('social')!.numbers('client', 0);
  const exposures = Array.from({ length: HORIZON_YEARS }, (_, year) => population.numbers('exposure', year));
  const [child, band] = [new Uint32Array(population.size), new Uint8Array(population.size)];
  const [values, exposure] = [new Float64Array(factors.length), new Float64Array(HORIZON_YEARS)];
  const turns = new Turns();
  let count = 0;
  for (let at = 0; at < population.size; at++) {
    if (at % CHILDREN_AT_ONCE === 0 && turns.over) await turns.next();
    const key = population.children[at]!;
    if (![...told.values()].every((registry) => registry.has(key)) || client(key) === 1) continue;
    factors.forEach((column, number) => (values[number] = column(key)));
    exposures.forEach((column, year) => (exposure[year] = column(key)));
    child[count] = key;
    band[count++] = bandOf(model.assess(values, exposure).probability(horizonYears));
  }
  return { child: child.subarray(0, count), band: band.subarray(0, count) };
}

/** A registry's numbers by child. */
class ToldChildren {
  readonly children: Uint32Array;
  readonly #place: Map<number, number>;

  constructor(
    private readonly registry: string,
    private readonly feed: Feed,
  ) {
    const { child } = feed.columns;
    if (!(child instanceof Uint32Array)) throw this.#otherForm();
    this.children = child;
    this.#place = new Map(Array.from(child, (key, place) => [key, place]));
  }

  get size(): number {
    return this.children.length;
  }

  has(child: number): boolean {
    return this.#place.has(child);
  }

  column(factor: string): (child: number) => number {
    const ids = this.feed.columns['factor'] as readonly string[] | undefined;
    const number = ids?.indexOf(factor) ?? -1;
    if (number < 0) throw this.#otherForm();
    return this.numbers('value', number);
  }

  /** @param number which of several under one name */
  numbers(name: string, number: number): (child: number) => number {
    const values = this.feed.columns[name];
    const from = number * this.size;
    if (!(values instanceof Float32Array) || values.length < from + this.size) throw this.#otherForm();
    return (child) => values[from + this.#place.get(child)!]!;
  }

  #otherForm(): PolkuError {
    return new PolkuError(
      'SUBGRAPH_UNAVAILABLE',
      `The registry ${this.registry} did not answer as expected.`,
      {
        registry: this.registry,
      },
    );
  }
}
