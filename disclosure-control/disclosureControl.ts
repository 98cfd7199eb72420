import { CooperativeScheduler } from '../lib/cooperativeScheduler.js';
import type { DisclosureParameters } from '../policies/engine/disclosureParameters.js';
import type { CellNoise } from './cellNoise.js';
import { answerCharge, questionDigest, formCharge } from './charges.js';
import { cheapestHypercube, type PartialTable, TableLayout } from './complementarySuppression.js';
import { type CountingUnits, unitsInSets } from './countingUnits.js';
import type {
  CellSummary,
  GroupFormation,
  GroupQuestion,
  ProtectedAnswer,
  ProtectedCount,
  TableRequest,
} from './groupQuestion.js';
import { radiusOf } from './ledger/answeredSets.js';
import type { AnswerLedger } from './ledger/ledger.js';
import { closeDimension, perturbCount, protectCount, smallestCount } from './openDimension.js';
import { TableCells } from './tableCells.js';

/** A counted table. Nothing in it has been published yet. */
interface CountedTable {
  readonly layout: TableLayout;
  readonly cells: readonly CellSummary[];
  readonly values: readonly number[];
}

/**
 * Protects every number about a group. No number reaches a caller another way: docs/disclosure.md.
 *
 * The order is fixed. First the question is paid for, before anything is counted. Then the ledger replaces
 * each set by a set near it that it has answered before. The ledger entry becomes durable. Only then the
 * count is published with the noise of its set, or suppressed. Last, numbers that would follow from a table's
 * totals are suppressed too.
 */
export class DisclosureControl {
  constructor(
    private readonly noise: CellNoise,
    private readonly ledger: AnswerLedger,
  ) {}

  /**
   * Charges a group before registries look up its members. This charge counts towards the first question that
   * is answered about it.
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE
   */
  form({ organisation, group, within, parameters }: GroupFormation): void {
    this.ledger.pay(formCharge(organisation, group, within), parameters.questions);
  }

  /**
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE, OPERATION_TOO_LARGE
   */
  async answer(question: GroupQuestion): Promise<ProtectedAnswer> {
    const { organisation, text, asks, group, units, parameters, tables } = question;
    const charge = { ...answerCharge({ organisation, group, asks, tables }), question: questionDigest(text) };
    const questionsLeft = this.ledger.pay(charge, parameters.questions);
    const counted: CountedTable[] = [];
    const asked = await unitsInSets(
      units,
      tables.map(({ members }) => members),
    );
    for (const table of tables) counted.push(await this.#count(table, asked, parameters));
    const sets = await this.ledger.representatives(
      counted.flatMap(({ cells }) => cells),
      parameters,
    );
    let next = 0;
    const answers: ProtectedAnswer['tables'][number][] = [];
    for (const { layout, values } of counted) {
      const shown = new Array<ProtectedCount>(layout.length).fill(null);
      const perturbed = new Float64Array(layout.length);
      for (const cell of inOrder(layout)) {
        const set = sets[next++]!;
        perturbed[cell] = perturbCount(set, parameters, this.noise);
        shown[cell] = protectCount(set, parameters, this.noise);
      }
      const counts = await suppressTable(layout, perturbed, shown, smallestCount(parameters));
      answers.push({ counts, values });
    }
    return {
      tables: answers,
      protection: { parameters, smallestCount: smallestCount(parameters), questionsLeft },
    };
  }

  async #count(
    { members, dimensions }: TableRequest,
    units: CountingUnits,
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
    const layout = new TableLayout(closed.map(({ size }) => size));
    const radius = radiusOf(parameters);
    const cells = await TableCells.count({ members, dimensions: closed }, units, layout, radius);
    return { layout, values, cells: inOrder(layout).map((cell) => cells.at(cell)) };
  }
}

/** Totals come first, so a cell that holds nearly everybody gets the answer of its total. */
function inOrder({ views }: TableLayout): number[] {
  return views.flatMap(({ cells }) => cells);
}

/**
 * Complementary suppression: suppresses further numbers of a table, so that no suppressed number follows from
 * the totals.
 *
 * For each suppressed number it finds a hypercube: a change of the true finest cells that makes this number
 * larger by the minimum, makes no cell negative and changes no published number. A reader cannot distinguish
 * the table from the one after this change, even if there were no noise and every published number were
 * exact. This is the hypercube method (Repsilber 1994; Giessing & Repsilber 2002). Here a hypercube may also
 * run through suppressed totals.
 *
 * It uses perturbed counts only. If it used true counts, the pattern of suppression would show which of them
 * reach the minimum.
 *
 * It begins with the tables of fewer dimensions inside this one. A caller who also asks for those must not
 * find a number published there that is suppressed here for their sake.
 * @param perturbed every count with its noise, published or not
 * @param shown what may be published of each number by itself
 * @param enough a cell with at least this perturbed count can lose as many units as the minimum is
 */
export async function suppressTable(
  layout: TableLayout,
  perturbed: ArrayLike<number>,
  shown: readonly ProtectedCount[],
  enough: number,
): Promise<ProtectedCount[]> {
  // A total that is too small has nothing to split.
  if (shown.at(-1) === null) return shown.map(() => null);
  const published = [...shown];
  const scheduler = new CooperativeScheduler();
  for (const { kept: dimensions } of layout.views) {
    const views = layout.views.filter(({ kept }) => (kept & dimensions) === kept);
    await suppressIn({ layout, dimensions, views, perturbed, published, enough }, published, scheduler);
  }
  return published;
}

/** Suppresses numbers in the table of some dimensions, summed over the others. */
async function suppressIn(
  table: PartialTable,
  published: ProtectedCount[],
  scheduler: CooperativeScheduler,
): Promise<void> {
  const others = table.views.slice(1);
  const suppress = (numbers: readonly number[]): void => {
    for (const number of numbers) published[number] = null;
  };
  const covered = new Set<number>();
  for (const { kept, cells } of others) {
    for (const cell of cells) {
      if (published[cell] !== null || covered.has(cell)) continue;
      if (scheduler.shouldYield) await scheduler.yield();
      const changed = cheapestHypercube(table, cell, kept);
      // Without a hypercube only the grand total is published. It bounds the other numbers from above and
      // reveals no more.
      if (!changed) return suppress(others.flatMap((view) => view.cells));
      suppress(changed);
      for (const number of changed) covered.add(number);
    }
  }
}
