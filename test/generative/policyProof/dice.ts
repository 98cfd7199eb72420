/** Reproducible random numbers: the same seed gives the same sequence (mulberry32, Ettinger 2017). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  /** True once in this many times, on average. */
  once(inTimes: number): boolean {
    return this.roll(inTimes) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.roll(items.length)]!;
  }

  /** Each item with probability one half. */
  some<Item>(items: readonly Item[]): Item[] {
    return items.filter(() => this.once(2));
  }

  /** At least one, and seldom many. */
  few<Item>(items: readonly Item[]): Item[] {
    const chosen = new Set([this.pick(items)]);
    while (this.once(2)) chosen.add(this.pick(items));
    return [...chosen];
  }
}
