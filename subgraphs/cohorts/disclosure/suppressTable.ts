import { Turns } from '../turns.js';
import type { Cube, View } from './cube.js';
import type { ProtectedCount } from './groupQuestion.js';
import { transferShapes } from './transferShapes.js';

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
  for (const { kept } of cube.views) await new Suppression(cube, perturbed, told, kept, enough).run(turns);
  return told;
}

/** Suppression in the table of some of the dimensions, the others totalled. */
class Suppression {
  private readonly views: readonly View[];

  constructor(
    private readonly cube: Cube,
    private readonly perturbed: ArrayLike<number>,
    private readonly told: ProtectedCount[],
    private readonly dimensions: number,
    private readonly enough: number,
  ) {
    this.views = cube.views.filter(({ kept }) => (kept & dimensions) === kept);
  }

  async run(turns: Turns): Promise<void> {
    const others = this.views.slice(1);
    const covered = new Set<number>();
    for (const { kept, cells } of others) {
      for (const cell of cells) {
        if (this.told[cell] !== null || covered.has(cell)) continue;
        if (turns.over) await turns.next();
        const changed = this.cheapestMove(cell, kept);
        // Where there is no move, only the total over everything is told: it bounds the others from above, no more.
        if (!changed) return this.suppress(others.flatMap((view) => view.cells));
        this.suppress(changed);
        for (const number of changed) covered.add(number);
      }
    }
  }

  private suppress(numbers: readonly number[]): void {
    for (const number of numbers) this.told[number] = null;
  }

  /**
   * A move is a product of transfers: some dimensions in groups, and for each group a partner for the cell's own coordinates. Units go
   * from where one group is at its partner to where none is, and so on with alternating signs. Totals over a whole group
   * do not change.
   * @returns the numbers that change in the move that takes the fewest units out of what is told; undefined where none is possible
   */
  private cheapestMove(cell: number, kept: number): number[] | undefined {
    const { cube, perturbed, enough } = this;
    let best: number[] | undefined;
    let least = Infinity;
    for (const finest of finestBelow(cube, cell, this.dimensions)) {
      for (const groups of transferShapes(kept)) {
        const partners = groups.map((group) =>
          partnersOf(cube, finest, group)
            .filter((at) => perturbed[at]! >= enough)
            .sort((a, b) => this.loss(a) - this.loss(b))
            .map((at) => at - finest),
        );
        // A total over the whole of a group stays as it is.
        const changing = this.views.filter(({ kept: view }) =>
          groups.every((group) => group.some((dimension) => (view >> dimension) & 1)),
        );
        for (const steps of product(partners)) {
          const corners = cornersOf(finest, steps);
          // The finest numbers alone tell of most moves that they are too dear.
          if (this.lossOf(corners) >= least) continue;
          if (corners.some((at, corner) => gives(corner) && perturbed[at]! < enough)) continue;
          const changed = changing.flatMap((view) => corners.map((at) => cube.projected(at, view.kept)));
          const cost = this.lossOf(changed);
          if (cost < least) [best, least] = [changed, cost];
          if (cost === 0) return changed;
        }
      }
    }
    return best;
  }

  private loss(number: number): number {
    return this.told[number] === null ? 0 : this.perturbed[number]!;
  }

  private lossOf(numbers: readonly number[]): number {
    let sum = 0;
    for (const number of numbers) sum += this.loss(number);
    return sum;
  }
}

/** The finest cells, in the table of some dimensions, that a number totals. */
function finestBelow(cube: Cube, cell: number, dimensions: number): number[] {
  return cube.sizes.reduce(
    (cells, size, dimension) =>
      cube.coordinate(cell, dimension) < size || ((dimensions >> dimension) & 1) === 0
        ? cells
        : cells.flatMap((at) =>
            Array.from({ length: size }, (_, coordinate) => cube.moved(at, dimension, coordinate)),
          ),
    [cell],
  );
}

/** The finest cells with other coordinates in each dimension of a group. */
function partnersOf(cube: Cube, finest: number, group: readonly number[]): number[] {
  return group.reduce(
    (cells, dimension) =>
      cells.flatMap((at) => {
        const own = cube.coordinate(at, dimension);
        return Array.from({ length: cube.sizes[dimension]! }, (_, coordinate) => coordinate)
          .filter((coordinate) => coordinate !== own)
          .map((coordinate) => cube.moved(at, dimension, coordinate));
      }),
    [finest],
  );
}

function* product(lists: readonly (readonly number[])[]): Generator<number[]> {
  const [first, ...rest] = lists;
  if (!first) yield [];
  else for (const item of first) for (const items of product(rest)) yield [item, ...items];
}

/** Bit i of a corner's index: the i-th group is at its partner. */
function cornersOf(finest: number, steps: readonly number[]): number[] {
  const corners = [finest];
  for (const step of steps) for (const at of [...corners]) corners.push(at + step);
  return corners;
}

/** Whether a corner gives units, or gets some. */
function gives(corner: number): boolean {
  return ((corner ^ (corner >> 1) ^ (corner >> 2)) & 1) === 1;
}
