/**
 * Yields what each item of a generator becomes, and returns what the generator returns. A consumer that stops
 * early ends the generator, too.
 */
export async function* mapGenerator<Item, Changed, Result>(
  items: AsyncGenerator<Item, Result>,
  change: (item: Item) => Changed,
): AsyncGenerator<Changed, Result> {
  try {
    for (;;) {
      const { value, done } = await items.next();
      if (done) return value;
      yield change(value);
    }
  } finally {
    await items.return(undefined as Result);
  }
}
