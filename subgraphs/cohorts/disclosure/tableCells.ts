import type { Cube } from './cube.js';
import { NO_FAMILY } from './families.js';
import type { GroupCell } from './groupCell.js';
import type { GroupTable, Units } from './groupQuestion.js';
import { addMember, addSketch, sketchLength } from './setSketch.js';

/** The sets behind all cells and totals of a table, summed up in one pass over its members. */
export class TableCells {
  readonly counts: Uint32Array;
  private readonly recordKeySums: Uint32Array;
  private readonly families: Uint32Array;
  private readonly largestFamilies: Uint32Array;
  private readonly sketches: Uint32Array;
  private readonly smallest: Uint32Array;

  /** @param radius distances below it can be told (setSketch.ts) */
  constructor(
    { members, dimensions }: GroupTable,
    units: Units,
    private readonly cube: Cube,
    private readonly radius: number,
  ) {
    const { length } = cube;
    this.counts = new Uint32Array(length);
    this.recordKeySums = new Uint32Array(length);
    this.families = new Uint32Array(length);
    this.largestFamilies = new Uint32Array(length);
    this.sketches = new Uint32Array(length * sketchLength(radius));
    this.smallest = new Uint32Array(length * radius);
    const lastFamilies = new Uint32Array(length);
    const runs = new Uint32Array(length);
    // The cells of a member, by the dimensions that their view keeps; the first is the total over everything.
    const cells = new Uint32Array(2 ** dimensions.length);
    cells[0] = length - 1;
    for (const unit of units.byFamily) {
      if (((members[unit >>> 5]! >>> (unit & 31)) & 1) === 0) continue;
      let inside = true;
      for (let i = 0; i < dimensions.length; i++) {
        const { size, codes } = dimensions[i]!;
        const code = codes[unit]!;
        if (code >= size) inside = false;
        const step = (size - code) * cube.strides[i]!;
        for (let kept = 0; kept < 1 << i; kept++) cells[kept | (1 << i)] = cells[kept]! - step;
      }
      if (!inside) continue;
      const family = units.familyOf[unit]!;
      const recordKey = units.recordKeys[unit]!;
      for (const cell of cells) {
        const known = family !== NO_FAMILY && this.families[cell]! > 0 && lastFamilies[cell] === family;
        if (!known) {
          this.families[cell]!++;
          lastFamilies[cell] = family;
        }
        const run = known ? runs[cell]! + 1 : 1;
        runs[cell] = run;
        if (run > this.largestFamilies[cell]!) this.largestFamilies[cell] = run;
        this.recordKeySums[cell]! += recordKey;
        this.keepSmallest(cell, recordKey);
        this.counts[cell]!++;
      }
      const length = sketchLength(radius);
      addMember(this.sketches, cells.at(-1)! * length, length, recordKey);
    }
    this.totalSketches();
  }

  at(cell: number): GroupCell {
    const length = sketchLength(this.radius);
    const count = this.counts[cell]!;
    const from = cell * this.radius;
    return {
      count,
      recordKeySum: this.recordKeySums[cell]!,
      families: this.families[cell]!,
      largestFamily: this.largestFamilies[cell]!,
      sketch: this.sketches.subarray(cell * length, (cell + 1) * length),
      smallest: this.smallest.subarray(from, from + Math.min(count, this.radius)),
    };
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

  /** Sketches are made of the finest cells only; that of a total is the sum of what it totals. */
  private totalSketches(): void {
    const { cube, sketches } = this;
    const length = sketchLength(this.radius);
    for (let dimension = 0; dimension < cube.sizes.length; dimension++) {
      const size = cube.sizes[dimension]!;
      for (const { kept, cells } of cube.views) {
        // The dimensions behind this one are not totalled yet.
        if (kept >> dimension !== 2 ** (cube.sizes.length - dimension) - 1) continue;
        for (const cell of cells)
          addSketch(sketches, cube.moved(cell, dimension, size) * length, cell * length, length);
      }
    }
  }
}
