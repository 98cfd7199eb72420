import { createHash } from 'node:crypto';
import { PolkuError } from '../../../schema/polkuError.js';
import { radiusOf } from '../ledger/answeredSets.js';
import type { AnswerLedger } from '../ledger/ledger.js';
import type { CellNoise } from './cellNoise.js';
import { Cube } from './cube.js';
import type { GroupCell } from './groupCell.js';
import type { GroupQuestion, ProtectedAnswer, ProtectedCount } from './groupQuestion.js';
import { perturbCount, protectCount, smallestCount } from './protectCount.js';
import { suppressTable } from './suppressTable.js';
import { TableCells } from './tableCells.js';

const MOST_DIMENSIONS = 3;
const MOST_NUMBERS = 5_000;

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
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE, OPERATION_TOO_LARGE
   */
  async answer({ organisation, text, units, parameters, tables }: GroupQuestion): Promise<ProtectedAnswer> {
    const cubes = tables.map(({ dimensions }) => new Cube(dimensions.map(({ size }) => size)));
    const numbers = cubes.reduce((sum, { length }) => sum + length, 0);
    if (numbers > MOST_NUMBERS || cubes.some(({ sizes }) => sizes.length > MOST_DIMENSIONS))
      throw new PolkuError(
        'OPERATION_TOO_LARGE',
        `This asks for ${numbers} numbers, totals included; at most ${MOST_NUMBERS} in tables of up to ${MOST_DIMENSIONS} dimensions are answered at once. ` +
          'Use coarser categories, or fewer dimensions.',
      );
    const charge = {
      organisation,
      question: createHash('sha256').update(text).digest('base64url'),
      cost: cubes.reduce((sum, { views }) => sum + views.length, 0),
      numbers,
    };
    const cells = function* (): Generator<GroupCell> {
      for (const [index, cube] of cubes.entries()) {
        const table = new TableCells(tables[index]!, units, cube, radiusOf(parameters));
        for (const cell of inOrder(cube)) yield table.at(cell);
      }
    };
    const { sets, questionsLeft } = await this.ledger.answer({ charge, parameters, cells: cells() });
    let next = 0;
    const answers = cubes.map((cube) => {
      const shown = new Array<ProtectedCount>(cube.length).fill(null);
      const perturbed = new Float64Array(cube.length);
      for (const cell of inOrder(cube)) {
        const set = sets[next++]!;
        perturbed[cell] = perturbCount(set, parameters, this.noise);
        shown[cell] = protectCount(set, parameters, this.noise);
      }
      return { counts: suppressTable(cube, perturbed, shown, smallestCount(parameters)) };
    });
    const told = answers.flatMap(({ counts }) => counts).filter((count) => count !== null).length;
    return {
      tables: answers,
      protection: {
        parameters,
        smallestCount: smallestCount(parameters),
        told,
        suppressed: numbers - told,
        questionsLeft,
      },
    };
  }
}

/** Totals come first: a cell that holds nearly everybody gets the answer of its total. */
function inOrder({ views }: Cube): number[] {
  return views.flatMap(({ cells }) => cells);
}
