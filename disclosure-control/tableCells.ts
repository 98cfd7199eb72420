import { CooperativeScheduler } from '../lib/cooperativeScheduler.js';
import { NO_FAMILY } from '../registry-kit/criteria/familyTypes.js';
import type { TableLayout } from './complementarySuppression.js';
import type { CountingUnits } from './countingUnits.js';
import type { CellSummary, Dimension, TableRequest } from './groupQuestion.js';
import { PinSketches } from './pinSketch.js';

/** A table whose dimensions are all closed. */
export interface ClosedTable {
  readonly members: TableRequest['members'];
  readonly dimensions: readonly Dimension[];
}

/** Summarises the sets behind all cells and totals of a table in one pass over its members. */
export class TableCells {
  private readonly counts: Uint32Array;
  private readonly recordKeySums: Uint32Array;
  private readonly families: Uint32Array;
  private readonly largestFamilies: Uint32Array;
  private readonly sketches: PinSketches;
  private readonly smallest: Uint32Array;
  /** The family of the last member of each cell, and how many of its members came so far. */
  private readonly lastFamilies: Uint32Array;
  private readonly runs: Uint32Array;

  private constructor(
    private readonly table: ClosedTable,
    private readonly layout: TableLayout,
    private readonly radius: number,
  ) {
    const { length } = layout;
    this.counts = new Uint32Array(length);
    this.recordKeySums = new Uint32Array(length);
    this.families = new Uint32Array(length);
    this.largestFamilies = new Uint32Array(length);
    this.sketches = new PinSketches(length, radius);
    this.smallest = new Uint32Array(length * radius);
    this.lastFamilies = new Uint32Array(length);
    this.runs = new Uint32Array(length);
  }

  /** @param radius the sketches find distances below it (see `sketchLength`) */
  static async count(
    table: ClosedTable,
    units: CountingUnits,
    layout: TableLayout,
    radius: number,
  ): Promise<TableCells> {
    const cells = new TableCells(table, layout, radius);
    await new CooperativeScheduler().forEachChunk(units.keys.length, (from, to) =>
      cells.add(units, from, to),
    );
    cells.totalSketches();
    return cells;
  }

  at(cell: number): CellSummary {
    const count = this.counts[cell]!;
    const from = cell * this.radius;
    return {
      count,
      recordKeySum: this.recordKeySums[cell]!,
      families: this.families[cell]!,
      largestFamily: this.largestFamilies[cell]!,
      sketch: this.sketches.at(cell),
      smallest: this.smallest.subarray(from, from + Math.min(count, this.radius)),
    };
  }

  /** Adds the members among the units `from` (inclusive) to `to` (exclusive), in the order of families. */
  private add({ keys, families, recordKeys }: CountingUnits, from: number, to: number): void {
    const { layout } = this;
    const { members, dimensions } = this.table;
    // The cells of a member, indexed by the dimensions that their view keeps. The first is the grand total.
    const cells = new Uint32Array(2 ** dimensions.length);
    cells[0] = layout.length - 1;
    for (let unit = from; unit < to; unit++) {
      const key = keys[unit]!;
      if (((members[key >>> 5]! >>> (key & 31)) & 1) === 0) continue;
      let inside = true;
      for (let i = 0; i < dimensions.length; i++) {
        const { size, codes } = dimensions[i]!;
        const code = codes[key]!;
        if (code >= size) inside = false;
        const step = (size - code) * layout.strides[i]!;
        for (let kept = 0; kept < 1 << i; kept++) cells[kept | (1 << i)] = cells[kept]! - step;
      }
      if (!inside) continue;
      const recordKey = recordKeys[unit]!;
      for (let view = 0; view < cells.length; view++) this.addTo(cells[view]!, families[unit]!, recordKey);
      this.sketches.add(cells[cells.length - 1]!, recordKey);
    }
  }

  private addTo(cell: number, family: number, recordKey: number): void {
    const known = family !== NO_FAMILY && this.families[cell]! > 0 && this.lastFamilies[cell] === family;
    if (!known) {
      this.families[cell]!++;
      this.lastFamilies[cell] = family;
    }
    const run = known ? this.runs[cell]! + 1 : 1;
    this.runs[cell] = run;
    if (run > this.largestFamilies[cell]!) this.largestFamilies[cell] = run;
    this.recordKeySums[cell]! += recordKey;
    this.keepSmallest(cell, recordKey);
    this.counts[cell]!++;
  }

  private keepSmallest(cell: number, recordKey: number): void {
    const { smallest, radius } = this;
    const from = cell * radius;
    const kept = Math.min(this.counts[cell]!, radius);
    if (kept === radius && recordKey >= smallest[from + radius - 1]!) return;
    let at = from + Math.min(kept, radius - 1);
    for (; at > from && smallest[at - 1]! > recordKey; at--) smallest[at] = smallest[at - 1]!;
    smallest[at] = recordKey;
  }

  /**
   * Only the finest cells have sketches of their own. The sketch of a total is the sum of those it totals.
   */
  private totalSketches(): void {
    const { layout, sketches } = this;
    for (let dimension = 0; dimension < layout.sizes.length; dimension++) {
      const size = layout.sizes[dimension]!;
      for (const { kept, cells } of layout.views) {
        // The dimensions after this one are not totalled yet.
        if (kept >> dimension !== 2 ** (layout.sizes.length - dimension) - 1) continue;
        for (const cell of cells) sketches.addSet(layout.moved(cell, dimension, size), cell);
      }
    }
  }
}
