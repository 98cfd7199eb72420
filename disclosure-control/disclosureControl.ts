import { createHash } from 'node:crypto';
import { Turns } from '../lib/cooperativeScheduler.js';
import { PolkuError } from '../lib/errors.js';
import type { DisclosureParameters } from '../policies/engine/disclosureParameters.js';
import type { CellNoise } from './cellNoise.js';
import { cheapestMove, Cube, type PartialTable } from './complementarySuppression.js';
import { type Units, unitsAmong } from './countingUnits.js';
import type {
  GroupCell,
  GroupFormed,
  GroupQuestion,
  GroupTable,
  ProtectedAnswer,
  ProtectedCount,
} from './groupQuestion.js';
import { radiusOf } from './ledger/answeredSets.js';
import type { AnswerLedger } from './ledger/ledger.js';
import { closeDimension, perturbCount, protectCount, smallestCount } from './openDimension.js';
import { TableCells } from './tableCells.js';

const MOST_DIMENSIONS = 3;
const MOST_NUMBERS = 5_000;

/** A table that has been counted, and that nobody has been told of. */
interface CountedTable {
  readonly cube: Cube;
  readonly cells: readonly GroupCell[];
  readonly values: readonly number[];
}

/**
 * The one place that every number of a group passes: docs/disclosure.md.
 *
 * In this order: the question is paid, before anything is counted; each set is answered by the one that the ledger has answered in
 * its neighbourhood; that is durable; its count is told with the noise that belongs to it, or not at all; and what a table's totals
 * would give away is not told either.
 */
export class DisclosureControl {
  constructor(
    private readonly noise: CellNoise,
    private readonly ledger: AnswerLedger,
  ) {}

  /**
   * Charges a group before registries look for who is in it. The first question that is answered of it has been paid so.
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE
   */
  form({ organisation, group, within, parameters }: GroupFormed): void {
    const formedBy = within === undefined ? {} : { formedBy: formingOf(within) };
    const charge = {
      organisation,
      question: formingOf(group),
      cost: 1,
      numbers: 0,
      forms: true,
      ...formedBy,
    } as const;
    this.ledger.pay(charge, parameters.questions);
  }

  /**
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE, OPERATION_TOO_LARGE
   */
  async answer(question: GroupQuestion): Promise<ProtectedAnswer> {
    const { organisation, text, group, units, parameters, tables } = question;
    const numbers = tables.reduce((sum, table) => sum + numbersIn(table), 0);
    if (numbers > MOST_NUMBERS || tables.some(({ dimensions }) => dimensions.length > MOST_DIMENSIONS))
      throw new PolkuError(
        'OPERATION_TOO_LARGE',
        `This asks for ${numbers} numbers, totals included; at most ${MOST_NUMBERS} in tables of up to ${MOST_DIMENSIONS} dimensions are answered at once. ` +
          'Use coarser categories, or fewer dimensions.',
      );
    const charge = {
      organisation,
      question: digestOf(text),
      formedBy: formingOf(group),
      cost: tables.reduce((sum, { dimensions }) => sum + 2 ** dimensions.length, 0),
      numbers,
    };
    const questionsLeft = this.ledger.pay(charge, parameters.questions);
    const counted: CountedTable[] = [];
    const asked = await unitsAmong(
      units,
      tables.map(({ members }) => members),
    );
    for (const table of tables) counted.push(await this.#count(table, asked, parameters));
    const sets = await this.ledger.standIns(
      counted.flatMap(({ cells }) => cells),
      parameters,
    );
    let next = 0;
    const answers: ProtectedAnswer['tables'][number][] = [];
    for (const { cube, values } of counted) {
      const shown = new Array<ProtectedCount>(cube.length).fill(null);
      const perturbed = new Float64Array(cube.length);
      for (const cell of inOrder(cube)) {
        const set = sets[next++]!;
        perturbed[cell] = perturbCount(set, parameters, this.noise);
        shown[cell] = protectCount(set, parameters, this.noise);
      }
      const counts = await suppressTable(cube, perturbed, shown, smallestCount(parameters));
      answers.push({ counts, values });
    }
    return {
      tables: answers,
      protection: { parameters, smallestCount: smallestCount(parameters), questionsLeft },
    };
  }

  async #count(
    { members, dimensions }: GroupTable,
    units: Units,
    parameters: DisclosureParameters,
  ): Promise<CountedTable> {
    const closed = [];
    let values: readonly number[] = [];
    for (const dimension of dimensions) {
      if ('codes' in dimension) closed.push(dimension);
      else {
        const made = await closeDimension(dimension, members, units, parameters, this.noise);
        closed.push(made.dimension);
        values = made.values;
      }
    }
    const cube = new Cube(closed.map(({ size }) => size));
    const radius = radiusOf(parameters);
    const cells = await TableCells.count({ members, dimensions: closed }, units, cube, radius);
    return { cube, values, cells: inOrder(cube).map((cell) => cells.at(cell)) };
  }
}

/** Numbers that a table may tell: its cells and totals, as many as there can be. */
function numbersIn({ dimensions }: GroupTable): number {
  return dimensions.reduce(
    (product, dimension) => product * (('size' in dimension ? dimension.size : dimension.most + 1) + 1),
    1,
  );
}

/** Totals come first: a cell that holds nearly everybody gets the answer of its total. */
function inOrder({ views }: Cube): number[] {
  return views.flatMap(({ cells }) => cells);
}

/** The question that is charged where a group is formed; no other is written so. */
function formingOf(group: string): string {
  return digestOf(`group ${group}`);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

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
