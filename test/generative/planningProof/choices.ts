/** A source of random choices that a seed determines. */
export interface Choices {
  /** A number below a bound. */
  readonly choose: (options: number) => number;
  /** Whether a one-in-so-many chance comes true. */
  readonly chance: (oneIn: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Some different items, in random order. */
  readonly some: <T>(items: readonly T[], count: number) => T[];
}

/** mulberry32 */
export function choicesOf(seed: number): Choices {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const choose = (options: number): number => Math.floor(next() * options);
  return {
    choose,
    chance: (oneIn) => choose(oneIn) === 0,
    pick: (items) => items[choose(items.length)]!,
    some(items, count) {
      const left = [...items];
      return Array.from(
        { length: Math.min(count, left.length) },
        () => left.splice(choose(left.length), 1)[0]!,
      );
    },
  };
}
