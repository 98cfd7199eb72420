import type { ProtectedCount } from './groupQuestion.js';

/**
 * The table of some dimensions of a larger table, summed over the others, while its numbers are being
 * suppressed.
 */
export interface PartialTable {
  readonly layout: TableLayout;
  /** Bit i: dimension i is in the table. */
  readonly dimensions: number;
  /** The views of those dimensions. */
  readonly views: readonly View[];
  /** Every count with its noise. */
  readonly perturbed: ArrayLike<number>;
  readonly published: readonly ProtectedCount[];
  /** A cell with at least this perturbed count can lose as many units as the minimum is. */
  readonly enough: number;
}

/**
 * The hypercube method (Repsilber 1994; Giessing & Repsilber 2002) protects a suppressed cell with the corner
 * cells of a hypercube. Each edge of the hypercube is a transfer: it groups some dimensions and gives the
 * cell a partner with other coordinates in each of them. Units move between the corner cells with alternating
 * signs: out of cells where one group is at its partner, into the cell where none is. Totals over a whole
 * group do not change.
 * @param kept the dimensions that the view of the cell keeps
 * @returns the numbers that change in the hypercube that suppresses the fewest published units; undefined if
 * there is none
 */
export function cheapestHypercube(
  table: PartialTable,
  cell: number,
  kept: number,
): readonly number[] | undefined {
  return new Search(table, kept).of(cell);
}

class Search {
  #best: readonly number[] | undefined;
  #least = Infinity;
  /** The corner cells of the current hypercube. Bit i of an index: the i-th group is at its partner. */
  readonly #cornerCells = new Uint32Array(8);

  constructor(
    private readonly table: PartialTable,
    private readonly kept: number,
  ) {}

  of(cell: number): readonly number[] | undefined {
    const { layout, dimensions, views } = this.table;
    for (const finest of finestBelow(layout, cell, dimensions)) {
      const partners = new Map<number, readonly number[]>();
      for (const groups of transferShapes(this.kept)) {
        const steps = groups.map((group) => this.#stepsTo(finest, group, partners));
        // A total over a whole group does not change.
        const changing = views.filter(({ kept }) =>
          groups.every((group) => group.some((dimension) => (kept >> dimension) & 1)),
        );
        this.#cornerCells[0] = finest;
        this.#extend(steps, 0, this.#loss(finest), changing);
        if (this.#least === 0) return this.#best;
      }
    }
    return this.#best;
  }

  /**
   * Tries each partner of one group for the cells found so far, then recurses into the next groups. Steps are
   * sorted by cost, so the loop stops at the first step that costs too much.
   */
  #extend(
    steps: readonly (readonly number[])[],
    group: number,
    lossBefore: number,
    changing: readonly View[],
  ): void {
    if (group === steps.length) return this.#take(2 ** group, changing);
    const { perturbed, enough } = this.table;
    const cornerCells = this.#cornerCells;
    const count = 2 ** group;
    for (const step of steps[group]!) {
      if (lossBefore + this.#loss(cornerCells[0]! + step) >= this.#least) return;
      let loss = lossBefore;
      let possible = true;
      for (let corner = 0; corner < count; corner++) {
        const at = cornerCells[corner]! + step;
        cornerCells[count + corner] = at;
        if (losesUnits(count + corner) && perturbed[at]! < enough) possible = false;
        loss += this.#loss(at);
      }
      if (possible && loss < this.#least) this.#extend(steps, group + 1, loss, changing);
    }
  }

  #take(cornerCells: number, changing: readonly View[]): void {
    let cost = 0;
    // The largest totals come first, so an expensive hypercube is given up early.
    for (const { totals } of changing)
      for (let corner = 0; corner < cornerCells; corner++) {
        cost += this.#loss(totals[this.#cornerCells[corner]!]!);
        if (cost >= this.#least) return;
      }
    this.#least = cost;
    this.#best = changing.flatMap(({ totals }) =>
      Array.from(this.#cornerCells.subarray(0, cornerCells), (at) => totals[at]!),
    );
  }

  /**
   * Steps from a finest cell to the cells with other coordinates in each dimension of a group that can lose
   * units, cheapest first.
   */
  #stepsTo(
    finest: number,
    group: readonly number[],
    known: Map<number, readonly number[]>,
  ): readonly number[] {
    const mask = group.reduce((bits, dimension) => bits | (1 << dimension), 0);
    let steps = known.get(mask);
    if (!steps) {
      const { layout, perturbed, enough } = this.table;
      steps = partnersOf(layout, finest, group)
        .filter((at) => perturbed[at]! >= enough && this.#loss(at) < this.#least)
        .sort((a, b) => this.#loss(a) - this.#loss(b))
        .map((at) => at - finest);
      known.set(mask, steps);
    }
    return steps;
  }

  #loss(number: number): number {
    const { published, perturbed } = this.table;
    return published[number] === null ? 0 : perturbed[number]!;
  }
}

/** The finest cells of a table of some dimensions that a number sums up. */
function finestBelow(layout: TableLayout, cell: number, dimensions: number): number[] {
  return layout.sizes.reduce(
    (cells, size, dimension) =>
      layout.coordinate(cell, dimension) < size || ((dimensions >> dimension) & 1) === 0
        ? cells
        : cells.flatMap((at) =>
            Array.from({ length: size }, (_, coordinate) => layout.moved(at, dimension, coordinate)),
          ),
    [cell],
  );
}

/** The finest cells with other coordinates in each dimension of a group. */
function partnersOf(layout: TableLayout, finest: number, group: readonly number[]): number[] {
  let cells = [finest];
  for (const dimension of group) {
    const own = layout.coordinate(finest, dimension);
    const stride = layout.strides[dimension]!;
    const partners: number[] = [];
    for (const at of cells)
      for (let coordinate = 0; coordinate < layout.sizes[dimension]!; coordinate++)
        if (coordinate !== own) partners.push(at + (coordinate - own) * stride);
    cells = partners;
  }
  return cells;
}

/** Whether a corner cell loses units; the others gain some. */
function losesUnits(corner: number): boolean {
  return ((corner ^ (corner >> 1) ^ (corner >> 2)) & 1) === 1;
}

/**
 * All ways to choose some dimensions of a view and put them into groups (see `suppressTable`). Ways that
 * leave most totals unchanged, with each dimension in its own group, come first.
 * @param kept bit i: dimension i is in the view
 */
function transferShapes(kept: number): readonly (readonly (readonly number[])[])[] {
  const known = shapes.get(kept);
  if (known) return known;
  const dimensions = Array.from({ length: 32 - Math.clz32(kept) }, (_, i) => i).filter(
    (i) => (kept >> i) & 1,
  );
  const made = dimensions
    .reduce<number[][][]>(
      (all, dimension) =>
        all.flatMap((groups) => [
          groups,
          [...groups, [dimension]],
          ...groups.map((_, chosen) =>
            groups.map((group, i) => (i === chosen ? [...group, dimension] : group)),
          ),
        ]),
      [[]],
    )
    .filter((groups) => groups.length > 0)
    .sort((a, b) => b.length - a.length);
  shapes.set(kept, made);
  return made;
}

const shapes = new Map<number, readonly (readonly (readonly number[])[])[]>();

/** The cells that keep certain dimensions and sum over the others: one way of splitting a set. */
interface View {
  /** Bit i: dimension i is kept. */
  readonly kept: number;
  readonly cells: readonly number[];
  /** For each cell: the cell of this view that its count is part of. */
  readonly totals: Uint32Array;
}

/**
 * The cell numbers of a table with all its totals: row-major, with the total of a dimension after its
 * categories.
 */
export class TableLayout {
  readonly strides: readonly number[];
  readonly length: number;
  /** From the grand total to the finest cells. */
  readonly views: readonly View[];

  /** @param sizes categories of each dimension, without totals */
  constructor(readonly sizes: readonly number[]) {
    this.strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((product, size) => product * (size + 1), 1));
    this.length = sizes.reduce((product, size) => product * (size + 1), 1);
    const views = Array.from({ length: 2 ** sizes.length }, (_, kept) => ({
      kept,
      cells: [] as number[],
      totals: Uint32Array.from({ length: this.length }, (_, cell) => this.totalOf(cell, kept)),
    }));
    for (let cell = 0; cell < this.length; cell++) views[this.keptBy(cell)]!.cells.push(cell);
    this.views = views.sort((a, b) => bits(a.kept) - bits(b.kept) || a.kept - b.kept);
  }

  coordinate(cell: number, dimension: number): number {
    return Math.floor(cell / this.strides[dimension]!) % (this.sizes[dimension]! + 1);
  }

  /** The cell with another coordinate in one dimension. */
  moved(cell: number, dimension: number, coordinate: number): number {
    return cell + (coordinate - this.coordinate(cell, dimension)) * this.strides[dimension]!;
  }

  private totalOf(cell: number, kept: number): number {
    let at = cell;
    for (let dimension = 0; dimension < this.sizes.length; dimension++)
      if (((kept >> dimension) & 1) === 0) at = this.moved(at, dimension, this.sizes[dimension]!);
    return at;
  }

  private keptBy(cell: number): number {
    return this.sizes.reduce(
      (kept, size, dimension) => (this.coordinate(cell, dimension) < size ? kept | (1 << dimension) : kept),
      0,
    );
  }
}

function bits(mask: number): number {
  return mask === 0 ? 0 : (mask & 1) + bits(mask >> 1);
}
