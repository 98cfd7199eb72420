import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { Turns } from '../../schema/turns.js';
import { otherForm } from './unanswered.js';

/** What a registry told of some children. */
export type ToldFeed = readonly [registry: string, feed: Feed];

/** The children of whom every one of some feeds tells and who are no clients of child protection; each column is in their order. */
export class ChildColumns {
  private constructor(
    readonly children: Uint32Array,
    private readonly places: ReadonlyMap<Feed, Uint32Array>,
  ) {}

  /**
   * @param feeds each of them data
   * @param clients the one of them that tells who is a client
   * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry answers in another form
   */
  static async of(feeds: readonly ToldFeed[], clients: ToldFeed): Promise<ChildColumns> {
    const turns = new Turns();
    const told: { readonly feed: Feed; readonly places: Map<PersonKey, number> }[] = [];
    for (const one of feeds) {
      const [children, places] = [childrenOf(one), new Map<PersonKey, number>()];
      await turns.through(children.length, (from, to) => {
        for (let place = from; place < to; place++) places.set(children[place]!, place);
      });
      told.push({ feed: one[1], places });
    }
    const { client } = clients[1].columns;
    if (!(client instanceof Float32Array)) throw otherForm(clients[0]);
    const all = childrenOf(clients);
    const children = new Uint32Array(all.length);
    let count = 0;
    await turns.through(all.length, (from, to) => {
      for (let place = from; place < to; place++)
        if (client[place] === 0 && told.every(({ places }) => places.has(all[place]!)))
          children[count++] = all[place]!;
    });
    const found = children.subarray(0, count);
    const placesOf = new Map<Feed, Uint32Array>();
    for (const { feed, places } of told) {
      const inFeed = new Uint32Array(count);
      await turns.through(count, (from, to) => {
        for (let child = from; child < to; child++) inFeed[child] = places.get(found[child]!)!;
      });
      placesOf.set(feed, inFeed);
    }
    return new ChildColumns(found, placesOf);
  }

  /** @param at which of several numbers under one name */
  numbers(told: ToldFeed, name: string, at = 0): Float32Array {
    const [registry, feed] = told;
    const { length } = childrenOf(told);
    const values = feed.columns[name];
    if (!(values instanceof Float32Array) || values.length < (at + 1) * length) throw otherForm(registry);
    const places = this.places.get(feed)!;
    const numbers = new Float32Array(places.length);
    for (let child = 0; child < places.length; child++)
      numbers[child] = values[at * length + places[child]!]!;
    return numbers;
  }

  factor(told: ToldFeed, id: string): Float32Array {
    const [registry, feed] = told;
    const at = (feed.columns['factor'] as readonly string[] | undefined)?.indexOf(id) ?? -1;
    if (at < 0) throw otherForm(registry);
    return this.numbers(told, 'value', at);
  }
}

function childrenOf([registry, { columns }]: ToldFeed): Uint32Array {
  const { child } = columns;
  if (!(child instanceof Uint32Array)) throw otherForm(registry);
  return child;
}
