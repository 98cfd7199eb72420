import { Turns } from '../../../schema/turns.js';
import { cheapestMove, type PartialTable } from './cheapestMove.js';
import type { Cube } from './cube.js';
import type { ProtectedCount } from './groupQuestion.js';

/**
 * Suppresses further numbers of a table, so that none that is suppressed can be worked out from the totals.
 *
 * For each suppressed number it finds a move: a change of the true finest cells that makes this number larger by the minimum, leaves
 * none negative and changes nothing that is told. Whoever reads the table cannot tell it from the one after the move, even
 * without any noise and knowing every number that is told exactly. That is the hypercube method (Repsilber 1994; Giessing &
 * Repsilber 2002), with moves that may also run through suppressed totals.
 *
 * All that it looks at are perturbed counts: by true ones, what it suppresses would tell exactly which of them reach the minimum.
 *
 * It begins with the tables of fewer dimensions that are in this one, so that whoever asks for those, too, does not find told there what
 * is suppressed here for their own sake.
 * @param perturbed every count with its noise, told or not
 * @param shown what may be told of each number by itself
 * @param enough a perturbed count from which so many units can be taken as the minimum is
 */
export async function suppressTable(
  cube: Cube,
  perturbed: ArrayLike<number>,
  shown: readonly ProtectedCount[],
  enough: number,
): Promise<ProtectedCount[]> {
  // Of a total that is too small, there is nothing to split.
  if (shown.at(-1) === null) return shown.map(() => null);
  const told = [...shown];
  const turns = new Turns();
  for (const { kept: dimensions } of cube.views) {
    const views = cube.views.filter(({ kept }) => (kept & dimensions) === kept);
    await suppressIn({ cube, dimensions, views, perturbed, told, enough }, told, turns);
  }
  return told;
}

/** Suppression in the table of some of the dimensions, the others totalled. */
async function suppressIn(table: PartialTable, told: ProtectedCount[], turns: Turns): Promise<void> {
  const others = table.views.slice(1);
  const suppress = (numbers: readonly number[]): void => {
    for (const number of numbers) told[number] = null;
  };
  const covered = new Set<number>();
  for (const { kept, cells } of others) {
    for (const cell of cells) {
      if (told[cell] !== null || covered.has(cell)) continue;
      if (turns.over) await turns.next();
      const changed = cheapestMove(table, cell, kept);
      // Where there is no move, only the total over everything is told: it bounds the others from above, no more.
      if (!changed) return suppress(others.flatMap((view) => view.cells));
      suppress(changed);
      for (const number of changed) covered.add(number);
    }
  }
}
