import { addMonths, type Day } from '../../lib/calendar.js';
import { groupBy } from '../../lib/groupBy.js';
import type { PersonKey } from '../../schema/keys.js';
import { type CodeColumn, NO_CODE, NO_DAY, rowRangeOf, type Table } from '../columns/table.js';
import { CO_OCCURRENCE, type RowKind, type RowTest, type Statistic, TREND_MONTHS } from './statistic.js';

/** How the values of several persons are merged. */
type Merge = 'sum' | 'latest' | 'bits';

/** An accumulator for the rows of one person. */
interface Accumulator {
  readonly merge: Merge;
  readonly initial: number;
}

/** The update of an accumulator by a row. */
type Step =
  | { readonly does: 'add'; readonly cell: number; readonly from: Day; readonly by: number }
  | { readonly does: 'addNumber'; readonly cell: number; readonly from: Day; readonly values: Float64Array }
  | { readonly does: 'latest'; readonly cell: number }
  | { readonly does: 'bit'; readonly cell: number; readonly from: Day; readonly bit: number }
  | {
      readonly does: 'coOccur';
      readonly cell: number;
      readonly from: Day;
      readonly own: number;
      readonly other: number;
    }
  | { readonly does: 'addOngoing'; readonly cell: number; readonly ends: Int32Array };

/** The steps for rows of one table that pass tests of one column, or for all rows of the table. */
interface Selection {
  /** By code index. The last entry means no code. */
  readonly byCode?: { readonly indices: Uint16Array; readonly steps: readonly (readonly Step[])[] };
  readonly byNumber?: {
    readonly values: Float64Array;
    readonly atLeast: number;
    readonly steps: readonly Step[];
  };
  readonly all?: readonly Step[];
}

interface TablePass {
  readonly table: Table;
  readonly start: Int32Array;
  readonly selections: readonly Selection[];
}

const BEGINNING: Day = NO_DAY;

/**
 * Computes statistics from the rows of persons in one pass over each table. It accumulates values for each
 * person and merges them over persons before it computes the final numbers.
 */
export class StatisticsReader {
  readonly #accumulators: Accumulator[] = [];
  readonly #passes: TablePass[];
  readonly #finish: ((merged: Float64Array) => number)[];
  readonly #initial: Float64Array;
  readonly #own: Float64Array;
  readonly #merged: Float64Array;

  constructor(
    statistics: readonly Statistic[],
    private readonly tables: Readonly<Record<string, Table>>,
    private readonly before: Day,
  ) {
    const steps: (readonly [RowKind, Step])[] = [];
    this.#finish = statistics.map((statistic) => this.#compile(statistic, (...step) => steps.push(step)));
    this.#passes = this.#passesOf(steps);
    this.#initial = Float64Array.from(this.#accumulators, ({ initial }) => initial);
    this.#own = this.#initial.slice();
    this.#merged = this.#initial.slice();
  }

  /** Writes the statistics of some persons together, in their order, starting at index `at`. */
  read(persons: readonly PersonKey[], into: Float32Array, at: number): void {
    const [merged, own] = [this.#merged, this.#own];
    merged.set(this.#initial);
    for (const person of persons) {
      // Reset, so that values of the previous person are not merged again.
      own.set(this.#initial);
      for (const pass of this.#passes) this.#walk(pass, person, own);
      this.#merge(own);
    }
    for (let index = 0; index < this.#finish.length; index++) into[at + index] = this.#finish[index]!(merged);
  }

  #merge(own: Float64Array): void {
    const merged = this.#merged;
    for (let cell = 0; cell < own.length; cell++) {
      switch (this.#accumulators[cell]!.merge) {
        case 'sum':
          merged[cell]! += own[cell]!;
          break;
        case 'latest':
          merged[cell] = Math.max(merged[cell]!, own[cell]!);
          break;
        case 'bits':
          merged[cell] = merged[cell]! | own[cell]!;
      }
    }
  }

  #walk({ table, start, selections }: TablePass, person: PersonKey, own: Float64Array): void {
    const [from, to] = rowRangeOf(table, person);
    for (let row = from; row < to; row++) {
      const day = start[row]!;
      // Rows are sorted by day, so all following rows are later.
      if (day >= this.before) return;
      for (const { byCode, byNumber, all } of selections) {
        if (byCode) {
          const code = byCode.indices[row]!;
          const steps = byCode.steps[code === NO_CODE ? byCode.steps.length - 1 : code]!;
          if (steps.length > 0) this.#apply(steps, row, day, own);
        } else if (byNumber) {
          if (byNumber.values[row]! >= byNumber.atLeast) this.#apply(byNumber.steps, row, day, own);
        } else this.#apply(all!, row, day, own);
      }
    }
  }

  #apply(steps: readonly Step[], row: number, day: Day, own: Float64Array): void {
    for (const step of steps) {
      switch (step.does) {
        case 'add':
          if (day >= step.from) own[step.cell]! += step.by;
          break;
        case 'addNumber':
          if (day >= step.from) {
            const value = step.values[row]!;
            if (!Number.isNaN(value)) own[step.cell]! += value;
          }
          break;
        case 'latest':
          own[step.cell] = day;
          break;
        case 'bit':
          if (day >= step.from) own[step.cell] = own[step.cell]! | step.bit;
          break;
        case 'coOccur':
          own[step.own] = day;
          if (day >= step.from && day - own[step.other]! <= CO_OCCURRENCE.days) own[step.cell] = 1;
          break;
        case 'addOngoing':
          // An end on or after the quarter's first day is not known yet, so the row counts as ongoing.
          if (step.ends[row]! === NO_DAY || step.ends[row]! >= this.before) own[step.cell]! += 1;
      }
    }
  }

  #cell(merge: Merge): number {
    const initial = merge === 'latest' ? -Infinity : 0;
    return this.#accumulators.push({ merge, initial }) - 1;
  }

  #from(months: number | undefined): Day {
    return months === undefined ? BEGINNING : addMonths(this.before, -months);
  }

  /** Adds the steps of a statistic. Returns the function that computes its number from the merged values. */
  #compile(statistic: Statistic, add: (of: RowKind, step: Step) => void): (merged: Float64Array) => number {
    switch (statistic.kind) {
      case 'count': {
        const cell = this.#cell('sum');
        add(statistic.of, { does: 'add', cell, from: this.#from(statistic.months), by: 1 });
        return (merged) => merged[cell]!;
      }
      case 'sum': {
        const cell = this.#sumOf(statistic, add);
        return (merged) => merged[cell]!;
      }
      case 'mean': {
        const [cell, rows] = [this.#sumOf(statistic, add), this.#cell('sum')];
        add(statistic.of, { does: 'add', cell: rows, from: this.#from(statistic.months), by: 1 });
        return (merged) => (merged[rows] === 0 ? 0 : merged[cell]! / merged[rows]!);
      }
      case 'since': {
        const cell = this.#cell('latest');
        add(statistic.of, { does: 'latest', cell });
        return (merged) => this.before - merged[cell]!;
      }
      case 'trend': {
        const cell = this.#cell('sum');
        const { recent, whole } = TREND_MONTHS;
        const yearsBefore = (whole - recent) / 12;
        add(statistic.of, { does: 'add', cell, from: this.#from(whole), by: -1 / yearsBefore });
        add(statistic.of, { does: 'add', cell, from: this.#from(recent), by: 1 + 1 / yearsBefore });
        return (merged) => merged[cell]!;
      }
      case 'variety': {
        const cell = this.#cell('bits');
        const from = this.#from(statistic.months);
        statistic.of.forEach((kind, index) => add(kind, { does: 'bit', cell, from, bit: 1 << index }));
        return (merged) => bitsIn(merged[cell]!);
      }
      case 'coOccurrence': {
        const [cell, first, second] = [this.#cell('sum'), this.#cell('latest'), this.#cell('latest')];
        const from = this.#from(CO_OCCURRENCE.months);
        add(statistic.of[0], { does: 'coOccur', cell, from, own: first, other: second });
        add(statistic.of[1], { does: 'coOccur', cell, from, own: second, other: first });
        return (merged) => merged[cell]!;
      }
      case 'ongoing': {
        const cell = this.#cell('sum');
        const ends = this.#column<Int32Array>(statistic.of, statistic.end.column);
        add(statistic.of, { does: 'addOngoing', cell, ends });
        return (merged) => merged[cell]!;
      }
    }
  }

  #sumOf(
    { of, number, months }: Statistic & { readonly kind: 'sum' | 'mean' },
    add: (of: RowKind, step: Step) => void,
  ): number {
    const cell = this.#cell('sum');
    const values = this.#column<Float64Array>(of, number.column);
    add(of, { does: 'addNumber', cell, from: this.#from(months), values });
    return cell;
  }

  #column<Column>({ table }: Pick<RowKind, 'table'>, name: string): Column {
    return this.tables[table]!.columns[name] as Column;
  }

  #passesOf(steps: readonly (readonly [RowKind, Step])[]): TablePass[] {
    const byTable = groupBy(steps, ([{ table }]) => table);
    return [...byTable].map(([name, ofTable]) => {
      const byTest = groupBy(ofTable, ([{ where }]) => (where ? testKey(where) : ''));
      return {
        table: this.tables[name]!,
        start: this.#column<Int32Array>({ table: name }, ofTable[0]![0].start),
        selections: [...byTest.values()].map((group) => this.#selection(group)),
      };
    });
  }

  /** Combines all code tests of one column into one look-up. */
  #selection(group: readonly (readonly [RowKind, Step])[]): Selection {
    const [{ table, where }] = group[0]!;
    if (where === undefined) return { all: group.map(([, step]) => step) };
    if ('atLeast' in where) {
      const values = this.#column<Float64Array>({ table }, where.column);
      return { byNumber: { values, atLeast: where.atLeast, steps: group.map(([, step]) => step) } };
    }
    const { indices, texts } = this.#column<CodeColumn>({ table }, where.column);
    const steps = texts.map((text) =>
      group.flatMap(([kind, step]) => (passes(kind.where!, text) ? [step] : [])),
    );
    return { byCode: { indices, steps: [...steps, []] } };
  }
}

/** Code tests of one column share a selection. Each bound of a number has its own. */
function testKey(test: RowTest): string {
  return 'atLeast' in test ? `${test.column} ${test.atLeast}` : test.column;
}

function passes(test: RowTest, text: string): boolean {
  if ('codes' in test) return test.codes.includes(text);
  return 'prefixes' in test && test.prefixes.some((prefix) => text.startsWith(prefix));
}

function bitsIn(word: number): number {
  let bits = 0;
  for (let left = word; left !== 0; left &= left - 1) bits++;
  return bits;
}
