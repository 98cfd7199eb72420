import { addMonths, type Day } from '../../lib/calendar.js';
import { groupBy } from '../../lib/groupBy.js';
import type { PersonKey } from '../../schema/keys.js';
import { type CodeColumn, NO_CODE, NO_DAY, rowsOf, type Table } from '../columns/table.js';
import { type RowKind, type RowTest, type Statistic, TOGETHER, TREND_MONTHS } from './statistic.js';

/** How the numbers of several persons become one. */
type Joining = 'sum' | 'latest' | 'bits';

/** A cell into which rows are gathered, a person at a time. */
interface Cell {
  readonly joining: Joining;
  readonly nothing: number;
}

/** What a row of some kind does to a cell. */
type Step =
  | { readonly does: 'add'; readonly cell: number; readonly from: Day; readonly by: number }
  | { readonly does: 'addNumber'; readonly cell: number; readonly from: Day; readonly values: Float64Array }
  | { readonly does: 'latest'; readonly cell: number }
  | { readonly does: 'bit'; readonly cell: number; readonly from: Day; readonly bit: number }
  | {
      readonly does: 'meet';
      readonly cell: number;
      readonly from: Day;
      readonly own: number;
      readonly other: number;
    }
  | { readonly does: 'goOn'; readonly cell: number; readonly ends: Int32Array };

/** The steps of the rows of one table that pass tests of one column; without a column, of all its rows. */
interface Selection {
  /** By index of the code; the last entry stands for no code. */
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
 * Reads statistics from the rows of persons, every table in one pass. Rows are looked up in the tables' own columns; what is
 * gathered of one person is joined with that of others before it becomes a number.
 */
export class RowReader {
  readonly #cells: Cell[] = [];
  readonly #passes: TablePass[];
  readonly #finish: ((joined: Float64Array) => number)[];
  readonly #nothing: Float64Array;
  readonly #own: Float64Array;
  readonly #joined: Float64Array;

  constructor(
    statistics: readonly Statistic[],
    private readonly tables: Readonly<Record<string, Table>>,
    private readonly before: Day,
  ) {
    const steps: (readonly [RowKind, Step])[] = [];
    this.#finish = statistics.map((statistic) => this.#compile(statistic, (...step) => steps.push(step)));
    this.#passes = this.#passesOf(steps);
    this.#nothing = Float64Array.from(this.#cells, ({ nothing }) => nothing);
    this.#own = this.#nothing.slice();
    this.#joined = this.#nothing.slice();
  }

  /** Writes the statistics of some persons together, in their order, from `at` on. */
  read(persons: readonly PersonKey[], into: Float32Array, at: number): void {
    const [joined, own] = [this.#joined, this.#own];
    joined.set(this.#nothing);
    for (const person of persons) {
      // What one person leaves is never joined twice.
      own.set(this.#nothing);
      for (const pass of this.#passes) this.#walk(pass, person, own);
      this.#join(own);
    }
    for (let index = 0; index < this.#finish.length; index++) into[at + index] = this.#finish[index]!(joined);
  }

  #join(own: Float64Array): void {
    const joined = this.#joined;
    for (let cell = 0; cell < own.length; cell++) {
      switch (this.#cells[cell]!.joining) {
        case 'sum':
          joined[cell]! += own[cell]!;
          break;
        case 'latest':
          joined[cell] = Math.max(joined[cell]!, own[cell]!);
          break;
        case 'bits':
          joined[cell] = joined[cell]! | own[cell]!;
      }
    }
  }

  #walk({ table, start, selections }: TablePass, person: PersonKey, own: Float64Array): void {
    const [from, to] = rowsOf(table, person);
    for (let row = from; row < to; row++) {
      const day = start[row]!;
      // Rows are in the order of their days: what follows is later still.
      if (day >= this.before) return;
      for (const { byCode, byNumber, all } of selections) {
        if (byCode) {
          const code = byCode.indices[row]!;
          const steps = byCode.steps[code === NO_CODE ? byCode.steps.length - 1 : code]!;
          if (steps.length > 0) this.#take(steps, row, day, own);
        } else if (byNumber) {
          if (byNumber.values[row]! >= byNumber.atLeast) this.#take(byNumber.steps, row, day, own);
        } else this.#take(all!, row, day, own);
      }
    }
  }

  #take(steps: readonly Step[], row: number, day: Day, own: Float64Array): void {
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
        case 'meet':
          own[step.own] = day;
          if (day >= step.from && day - own[step.other]! <= TOGETHER.days) own[step.cell] = 1;
          break;
        case 'goOn':
          // That a row will end on a later day is not known yet.
          if (step.ends[row]! === NO_DAY || step.ends[row]! >= this.before) own[step.cell]! += 1;
      }
    }
  }

  #cell(joining: Joining): number {
    const nothing = joining === 'latest' ? -Infinity : 0;
    return this.#cells.push({ joining, nothing }) - 1;
  }

  #from(months: number | undefined): Day {
    return months === undefined ? BEGINNING : addMonths(this.before, -months);
  }

  /** Adds the steps that a statistic needs; answers what makes its number of the joined cells. */
  #compile(statistic: Statistic, add: (of: RowKind, step: Step) => void): (joined: Float64Array) => number {
    switch (statistic.kind) {
      case 'count': {
        const cell = this.#cell('sum');
        add(statistic.of, { does: 'add', cell, from: this.#from(statistic.months), by: 1 });
        return (joined) => joined[cell]!;
      }
      case 'sum': {
        const cell = this.#sumOf(statistic, add);
        return (joined) => joined[cell]!;
      }
      case 'mean': {
        const [cell, rows] = [this.#sumOf(statistic, add), this.#cell('sum')];
        add(statistic.of, { does: 'add', cell: rows, from: this.#from(statistic.months), by: 1 });
        return (joined) => (joined[rows] === 0 ? 0 : joined[cell]! / joined[rows]!);
      }
      case 'since': {
        const cell = this.#cell('latest');
        add(statistic.of, { does: 'latest', cell });
        return (joined) => this.before - joined[cell]!;
      }
      case 'trend': {
        const cell = this.#cell('sum');
        const { recent, whole } = TREND_MONTHS;
        const yearsBefore = (whole - recent) / 12;
        add(statistic.of, { does: 'add', cell, from: this.#from(whole), by: -1 / yearsBefore });
        add(statistic.of, { does: 'add', cell, from: this.#from(recent), by: 1 + 1 / yearsBefore });
        return (joined) => joined[cell]!;
      }
      case 'variety': {
        const cell = this.#cell('bits');
        const from = this.#from(statistic.months);
        statistic.of.forEach((kind, index) => add(kind, { does: 'bit', cell, from, bit: 1 << index }));
        return (joined) => bitsIn(joined[cell]!);
      }
      case 'together': {
        const [cell, first, second] = [this.#cell('sum'), this.#cell('latest'), this.#cell('latest')];
        const from = this.#from(TOGETHER.months);
        add(statistic.of[0], { does: 'meet', cell, from, own: first, other: second });
        add(statistic.of[1], { does: 'meet', cell, from, own: second, other: first });
        return (joined) => joined[cell]!;
      }
      case 'ongoing': {
        const cell = this.#cell('sum');
        const ends = this.#column<Int32Array>(statistic.of, statistic.end.column);
        add(statistic.of, { does: 'goOn', cell, ends });
        return (joined) => joined[cell]!;
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

  /** The steps of tests of codes in one column become one look-up. */
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

/** Tests of codes in one column are looked up together; of numbers, each bound alone. */
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
