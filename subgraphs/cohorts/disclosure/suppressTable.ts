import type { Cube } from './cube.js';
import type { ProtectedCount } from './groupQuestion.js';
import { transferShapes } from './transferShapes.js';

/**
 * Suppresses further numbers of a table, so that none that is suppressed can be worked out from the totals.
 *
 * For each suppressed number it finds a move: a change of the true finest cells that makes this number larger by the minimum, leaves none
 * negative and changes nothing that is told. Whoever reads the table cannot tell it from the one after the move, even without
 * any noise and knowing every number that is told exactly. That is the hypercube method (Repsilber 1994; Giessing & Repsilber
 * 2002), with moves that may also run through suppressed totals.
 *
 * It goes from coarse to fine, and what a view suppresses follows from the view and its totals: the same totals are told in a table
 * of fewer dimensions.
 * @param counts the true counts
 * @param shown what may be told of each number by itself
 */
export function suppressTable(
  cube: Cube,
  counts: Uint32Array,
  shown: readonly ProtectedCount[],
  minimum: number,
): ProtectedCount[] {
  const total = cube.length - 1;
  const onlyTotal = shown.map((count, cell) => (cell === total ? count : null));
  if (shown[total] === null) return onlyTotal;
  const told = [...shown];
  const covered = new Uint8Array(cube.length);
  for (const { kept, cells } of cube.views) {
    if (kept === 0) continue;
    for (const cell of cells) {
      if (told[cell] !== null || covered[cell]) continue;
      const changed = cheapestMove(cube, counts, told, { cell, kept, minimum });
      if (!changed) return onlyTotal;
      for (const number of changed) {
        told[number] = null;
        covered[number] = 1;
      }
    }
  }
  return told;
}

interface Wanted {
  readonly cell: number;
  /** The dimensions that its view keeps. */
  readonly kept: number;
  readonly minimum: number;
}

/**
 * A move is a product of transfers: some dimensions in groups, and for each group a partner for the cell's own coordinates. Units go
 * from where one group is at its partner to where none is, and so on with alternating signs. Totals over a whole group
 * do not change.
 * @returns the numbers that change in the move that takes the fewest units out of what is told; undefined where none is possible
 */
function cheapestMove(
  cube: Cube,
  counts: Uint32Array,
  told: readonly ProtectedCount[],
  { cell, kept, minimum }: Wanted,
): number[] | undefined {
  let best: number[] | undefined;
  let least = Infinity;
  const loss = (number: number): number => (told[number] === null ? 0 : counts[number]!);
  const lossOf = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + loss(number), 0);
  for (const finest of finestBelow(cube, cell)) {
    for (const groups of transferShapes(kept)) {
      const partners = groups.map((group) =>
        partnersOf(cube, finest, group)
          .filter((at) => counts[at]! >= minimum)
          .sort((a, b) => loss(a) - loss(b))
          .map((at) => at - finest),
      );
      for (const steps of product(partners)) {
        const corners = cornersOf(finest, steps);
        // The finest numbers alone tell of most moves that they are too dear.
        if (lossOf(corners) >= least) continue;
        if (corners.some((at, corner) => gives(corner) && counts[at]! < minimum)) continue;
        const changed = changedBy(cube, corners);
        const cost = lossOf(changed);
        if (cost < least) [best, least] = [changed, cost];
        if (cost === 0) return changed;
      }
    }
  }
  return best;
}

/** The finest cells that a number totals. */
function finestBelow(cube: Cube, cell: number): number[] {
  return cube.sizes.reduce(
    (cells, size, dimension) =>
      cube.coordinate(cell, dimension) < size
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

/** The numbers of all views that a move changes. */
function changedBy(cube: Cube, corners: readonly number[]): number[] {
  const changes = new Map<number, number>();
  for (const { kept } of cube.views) {
    corners.forEach((at, corner) => {
      const number = cube.projected(at, kept);
      changes.set(number, (changes.get(number) ?? 0) + (gives(corner) ? -1 : 1));
    });
  }
  return [...changes].filter(([, change]) => change !== 0).map(([number]) => number);
}
