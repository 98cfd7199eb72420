import type { Work } from './works.js';

/** CPU milliseconds of one request, one for each round: by work, then by gateway. */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/** Prints medians, and the ratio to the stock gateway if that was measured in the same run. */
export function printTable(measured: Measured, works: readonly Work[]): void {
  const peers = [...[...measured.values()][0]!.keys()];
  console.log(`\nCPU of the gateway's process per request, ms (times less than stock; medians)`);
  for (const { name, about } of works) console.log(`  ${name}  ${about}`);
  console.log(`${''.padEnd(14)}${works.map(({ name }) => name.padStart(18)).join('')}`);
  for (const peer of peers) {
    const cells = works.map(({ name }) => {
      const samples = measured.get(name)!;
      const own = median(samples.get(peer)!);
      const stock = samples.get('stock');
      const ratio = stock ? `(${(median(stock) / own).toFixed(1)})` : '';
      return `${own.toFixed(3)} ${ratio}`.padStart(18);
    });
    console.log(peer.padEnd(14) + cells.join(''));
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
