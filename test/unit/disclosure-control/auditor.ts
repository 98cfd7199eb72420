import { createRequire } from 'node:module';
import type { Highs } from 'highs';
import type { TableLayout } from '../../../disclosure-control/complementarySuppression.js';

/** The bounds that a reader can compute for a suppressed number. */
export interface Recovered {
  readonly cell: number;
  readonly least: number;
  readonly most: number;
}

// The package's types describe its CommonJS build only.
const loadHighs = createRequire(import.meta.url)('highs') as () => Promise<Highs>;
const highs = await loadHighs();

/**
 * The strongest reader of a table: knows every published number exactly, and that no number is negative.
 * Linear programming finds the least and the largest possible value of each suppressed number.
 */
export function audit(
  layout: TableLayout,
  counts: ArrayLike<number>,
  isPublished: (cell: number) => boolean,
): Recovered[] {
  const cells = Array.from({ length: layout.length }, (_, cell) => cell);
  const isFinest = (cell: number) => layout.sizes.every((size, i) => layout.coordinate(cell, i) < size);
  const finest = cells.filter(isFinest);
  const sumOf = (cell: number) =>
    finest
      .filter((at) =>
        layout.sizes.every((size, i) =>
          [size, layout.coordinate(at, i)].includes(layout.coordinate(cell, i)),
        ),
      )
      .map((at) => `x${at}`)
      .join(' + ');
  const known = cells.filter(isPublished).map((cell) => `${sumOf(cell)} = ${counts[cell]}`);
  const total = finest.reduce((sum, at) => sum + counts[at]!, 0);
  // An upper bound for numbers without one, far above every count.
  const bounds = finest.map((at) => `0 <= x${at} <= ${10 * total + 1_000}`);
  const solve = (goal: 'Minimize' | 'Maximize', cell: number) => {
    const problem = `${goal}\n obj: ${sumOf(cell)}\nSubject To\n${known.map((row, i) => ` c${i}: ${row}`).join('\n')}\nBounds\n${bounds.join('\n')}\nEnd`;
    const solution = highs.solve(problem);
    if (solution.Status !== 'Optimal') throw new Error(`The auditor found no solution: ${solution.Status}.`);
    return solution.ObjectiveValue;
  };
  return cells
    .filter((cell) => !isPublished(cell))
    .map((cell) => ({ cell, least: solve('Minimize', cell), most: solve('Maximize', cell) }));
}
