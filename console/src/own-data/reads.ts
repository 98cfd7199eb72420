import { noShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import type { Answer } from '../session/useAnswer.js';

/** A word of the policies, in the language of the request. */
export interface PolicyWord {
  readonly id: string;
  readonly label: string;
}

/** One time that somebody read data of the user. */
export interface DataRead {
  /** The decision id, to quote. */
  readonly id: string;
  /** When, by ISO 8601 in UTC. */
  readonly at: string;
  readonly kind: 'REQUEST' | 'MODEL_TRAINING' | 'MODEL_EVALUATION' | 'PERMIT_EXTRACT' | null;
  readonly purpose: PolicyWord;
  /** The law that permits the purpose. */
  readonly basis: readonly PolicyWord[];
  /** null: hidden, because the user is under non-disclosure. */
  readonly recipient: PolicyWord | null;
  readonly categories: readonly PolicyWord[];
  readonly brokeGlass: boolean;
}

export interface ReadsAnswer {
  readonly accessLog: readonly DataRead[] | null;
}

export const readsQuery = `query OwnReads($first: Int!, $after: ID) {
  accessLog(first: $first, after: $after) {
    id at kind purpose { id label } basis { id label } recipient { id label } categories { id label } brokeGlass
  }
}`;

/** Whether the user read their own data. */
export function isOwnRead({ purpose }: DataRead): boolean {
  return purpose.id === 'data-subject';
}

/** Reads of one day in the time zone of the browser; `day` is YYYY-MM-DD. */
export interface DayOfReads {
  readonly day: string;
  readonly reads: readonly DataRead[];
}

/** Keeps the order. */
export function groupByDay(reads: readonly DataRead[]): readonly DayOfReads[] {
  const days = new Map<string, DataRead[]>();
  for (const read of reads) {
    const day = localDay(new Date(read.at));
    days.set(day, [...(days.get(day) ?? []), read]);
  }
  return [...days].map(([day, of]) => ({ day, reads: of }));
}

function localDay(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const WHOLE_PAGE = 500;
/** A log of two years is far shorter. The limit only ends an endless loop. */
const MAX_PAGES = 40;

/** The log as far as it could be read. */
export interface WholeLog {
  readonly reads: readonly DataRead[];
  readonly isComplete: boolean;
  readonly shortcomings: Shortcomings;
}

/**
 * Reads the log of the last two years, page by page.
 * @param ask asks the gateway
 * @throws NoAnswer
 */
export async function readWholeLog(
  ask: (query: string, variables: Readonly<Record<string, unknown>>) => Promise<Answer<ReadsAnswer>>,
): Promise<WholeLog> {
  const reads: DataRead[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, shortcomings } = await ask(readsQuery, {
      first: WHOLE_PAGE,
      after: reads.at(-1)?.id ?? null,
    });
    const found = data?.accessLog;
    if (!found) return { reads, isComplete: false, shortcomings };
    reads.push(...found);
    if (found.length < WHOLE_PAGE) return { reads, isComplete: true, shortcomings };
  }
  return { reads, isComplete: false, shortcomings: noShortcomings };
}
