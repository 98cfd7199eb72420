/** The cells that keep certain dimensions and total over the others: one way of splitting a set. */
export interface View {
  /** Bit i: dimension i is kept. */
  readonly kept: number;
  readonly cells: readonly number[];
  /** By cell, the one of this view that totals over it. */
  readonly totals: Uint32Array;
}

/** How the cells of a table with all its totals are numbered: row-major, the total of a dimension after its categories. */
export class Cube {
  readonly strides: readonly number[];
  readonly length: number;
  /** From the one total over everything to the finest cells. */
  readonly views: readonly View[];

  /** @param sizes categories of each dimension, totals not counted */
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
