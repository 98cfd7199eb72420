import { createRequire } from 'node:module';
import type { Highs } from 'highs';
import type { Cube } from '../../../disclosure-control/complementarySuppression.js';

/** What a reader can work out of one suppressed number. */
export interface Recovered {
  readonly cell: number;
  readonly least: number;
  readonly most: number;
}

// Its types describe the CommonJS build only.
const loadHighs = createRequire(import.meta.url)('highs') as () => Promise<Highs>;
const highs = await loadHighs();

/**
 * The strongest reader of a table: one who knows every told number exactly, and that none is negative. By linear
 * programming, the least and the most that each suppressed number can be.
 */
export function audit(cube: Cube, counts: ArrayLike<number>, isTold: (cell: number) => boolean): Recovered[] {
  const cells = Array.from({ length: cube.length }, (_, cell) => cell);
  const isFinest = (cell: number) => cube.sizes.every((size, i) => cube.coordinate(cell, i) < size);
  const finest = cells.filter(isFinest);
  const sumOf = (cell: number) =>
    finest
      .filter((at) =>
        cube.sizes.every((size, i) => [size, cube.coordinate(at, i)].includes(cube.coordinate(cell, i))),
      )
      .map((at) => `x${at}`)
      .join(' + ');
  const known = cells.filter(isTold).map((cell) => `${sumOf(cell)} = ${counts[cell]}`);
  const total = finest.reduce((sum, at) => sum + counts[at]!, 0);
  // Where nothing bounds a number from above, this does: far more than there is.
  const bounds = finest.map((at) => `0 <= x${at} <= ${10 * total + 1_000}`);
  const solve = (goal: 'Minimize' | 'Maximize', cell: number) => {
    const problem = `${goal}\n obj: ${sumOf(cell)}\nSubject To\n${known.map((row, i) => ` c${i}: ${row}`).join('\n')}\nBounds\n${bounds.join('\n')}\nEnd`;
    const solution = highs.solve(problem);
    if (solution.Status !== 'Optimal') throw new Error(`The auditor found no solution: ${solution.Status}.`);
    return solution.ObjectiveValue;
  };
  return cells
    .filter((cell) => !isTold(cell))
    .map((cell) => ({ cell, least: solve('Minimize', cell), most: solve('Maximize', cell) }));
}
