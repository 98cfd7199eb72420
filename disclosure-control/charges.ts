import { createHash } from 'node:crypto';
import { PolkuError } from '../lib/errors.js';
import type { TableShape } from './groupQuestion.js';
import type { NewCharge } from './ledger/ledger.js';

const MOST_DIMENSIONS = 3;
const MOST_NUMBERS = 5_000;

/**
 * What forming a group is charged.
 * @param within the larger group that this one is part of
 */
export function formCharge(organisation: string, group: string, within?: string): NewCharge {
  const formedBy = within === undefined ? {} : { formedBy: formingOf(within) };
  return { organisation, question: formingOf(group), cost: 1, numbers: 0, forms: true, ...formedBy };
}

/**
 * What tables about a group are charged: for each, one question for each way to split it. It depends on the
 * question only, so that a price in advance is what is charged later.
 * @param asked.asks the text of the question without the snapshots that it refers to
 * @throws PolkuError OPERATION_TOO_LARGE
 */
export function answerCharge(asked: {
  readonly organisation: string;
  readonly group: string;
  readonly asks: string;
  readonly tables: readonly TableShape[];
}): Omit<NewCharge, 'question'> & { readonly asks: string } {
  const { organisation, group, asks, tables } = asked;
  const numbers = tables.reduce((sum, table) => sum + numbersIn(table), 0);
  if (numbers > MOST_NUMBERS || tables.some(({ dimensions }) => dimensions.length > MOST_DIMENSIONS))
    throw new PolkuError(
      'OPERATION_TOO_LARGE',
      `This asks for ${numbers} numbers, totals included; at most ${MOST_NUMBERS} in tables of up to ${MOST_DIMENSIONS} dimensions are answered at once. ` +
        'Use coarser categories, or fewer dimensions.',
    );
  const cost = tables.reduce((sum, { dimensions }) => sum + 2 ** dimensions.length, 0);
  return { organisation, asks: questionDigest(asks), formedBy: formingOf(group), cost, numbers };
}

/** The most numbers that a table can publish: its cells and totals. */
function numbersIn({ dimensions }: TableShape): number {
  return dimensions.reduce(
    (product, dimension) => product * (('size' in dimension ? dimension.size : dimension.most + 1) + 1),
    1,
  );
}

/** The text of the question that is charged when a group is formed. No other question has this prefix. */
function formingOf(group: string): string {
  return questionDigest(`group ${group}`);
}

/** A digest of the text of a question. The ledger stores no texts. */
export function questionDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
