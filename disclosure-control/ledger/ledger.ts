import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendLog, linesOf, readWholeLines } from '../../lib/appendLog.js';
import { addMonths, type Day, formatDay, parseDay, today } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { lockByKernel } from '../../lib/kernelLock.js';
import type { DisclosureParameters } from '../../policies/engine/disclosureParameters.js';
import type { CellNoise } from '../cellNoise.js';
import type { CellSummary } from '../groupQuestion.js';
import { arePacked, packCell } from './answeredSets.js';
import { type Charge, LedgerBook, type LedgerPrice } from './budgets.js';
import { LedgerEnd, ledgerEndPath, LedgerFile } from './ledgerFile.js';

/** A charge before the ledger adds the month. */
export type NewCharge = Omit<Charge, 'month'>;

/** What an organisation may still ask. */
export interface LedgerBudget {
  /** How many questions it has in a calendar month. */
  readonly limit: number;
  readonly left: number;
  /** The day on which the next month begins. */
  readonly resetsOn: Day;
}

/** What prices need from a ledger. Nothing here changes it. */
export interface PriceLedger {
  /** What a question would take from the budget: see `LedgerBook.price`. */
  price(
    forms: readonly NewCharge[],
    answer: Omit<NewCharge, 'question'> & { readonly asks: string },
  ): LedgerPrice;
  /** @param limit how many questions the organisation has in the month */
  budget(organisation: string, limit: number): LedgerBudget;
}

/** What disclosure control needs from a ledger. */
export interface AnswerLedger {
  /**
   * Charges a question to its organisation, once a month.
   * @param limit how many questions the organisation has in the month
   * @returns how many it has left
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE; then nothing may be counted
   */
  pay(charge: NewCharge, limit: number): number;
  /**
   * Returns for each set the representative that is answered in its place. Resolves when the sets that are
   * answered for the first time, and all charges before them, are durable.
   * @throws PolkuError DISCLOSURE_UNAVAILABLE; then nothing may be published
   */
  representatives(
    cells: readonly CellSummary[],
    parameters: DisclosureParameters,
  ): Promise<readonly CellSummary[]>;
}

export interface LedgerOptions {
  /** How many numbers may ever be asked for. A new number takes up to 250 bytes on disk and 600 in memory. */
  readonly capacity?: number | undefined;
  readonly now?: () => Date;
}

export const DEFAULT_CAPACITY = 1_000_000;

/**
 * Opens the ledger of group questions below `<data>/ledger`: a file with a line for each question, and a line
 * for the sets that the question was the first to ask about. All recipients share one ledger, so two who
 * collude learn no more than one.
 *
 * Nothing is ever forgotten, neither old entries nor entries beyond a limit. If a set were forgotten, a
 * caller could ask again with one person more or less. When the ledger is full, new questions are refused.
 * For the same reason a ledger that is shorter than before, or changed, is not opened (see `LedgerEnd`).
 * @throws PolkuError DISCLOSURE_LEDGER_LOCKED, DISCLOSURE_LEDGER_INVALID, DISCLOSURE_UNAVAILABLE
 */
export async function openLedger(
  dataFolder: string,
  noise: CellNoise,
  { capacity = DEFAULT_CAPACITY, now = () => new Date() }: LedgerOptions = {},
): Promise<Ledger> {
  const folder = join(dataFolder, 'ledger');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await lockByKernel(
    dataFolder,
    'ledger',
    () =>
      new PolkuError(
        'DISCLOSURE_LEDGER_LOCKED',
        `Another process uses the ledger in ${folder}; stop it, or use another data directory.`,
      ),
  );
  try {
    const book = new LedgerBook(noise, capacity);
    const file = await readLedger(dataFolder, noise, book);
    return new Ledger(book, file, now, release);
  } catch (cause) {
    await release();
    throw unavailable(cause);
  }
}

/** The ledger, locked by this process until it is closed. */
export class Ledger implements AnswerLedger, PriceLedger {
  constructor(
    private readonly book: LedgerBook,
    private readonly file: LedgerFile,
    private readonly now: () => Date,
    private readonly release: () => Promise<void>,
  ) {}

  /** How many numbers were asked for since the ledger began. */
  get asked(): number {
    return this.book.asked;
  }

  /** How many numbers may ever be asked for. */
  get capacity(): number {
    return this.book.capacity;
  }

  price(...[forms, answer]: Parameters<PriceLedger['price']>): LedgerPrice {
    const month = monthOf(this.now());
    return this.book.price(
      forms.map((charge) => ({ month, ...charge })),
      { month, ...answer },
    );
  }

  budget(organisation: string, limit: number): LedgerBudget {
    const month = monthOf(this.now());
    const resetsOn = addMonths(parseDay(`${month}-01`)!, 1);
    return { limit, left: this.book.left({ month, organisation }, limit), resetsOn };
  }

  pay(given: NewCharge, limit: number): number {
    const charge = { month: monthOf(this.now()), ...given };
    const paid = this.book.pay(charge, limit);
    if (paid.new) this.#begin({ charge, sets: [] });
    return paid.left;
  }

  async representatives(
    cells: readonly CellSummary[],
    parameters: DisclosureParameters,
  ): Promise<readonly CellSummary[]> {
    const scheduler = new CooperativeScheduler();
    const sets: CellSummary[] = [];
    let added: Uint32Array[] = [];
    for (const cell of cells) {
      if (scheduler.shouldYield) {
        // Other questions may use these sets in the meantime. They wait for what is written before them.
        this.#begin({ charge: undefined, sets: added });
        added = [];
        await scheduler.yield();
      }
      const representative = this.book.representativeOf(cell, parameters);
      if (representative.new) added.push(packCell(cell));
      sets.push(representative.set);
    }
    this.#begin({ charge: undefined, sets: added });
    try {
      await this.file.append('');
    } catch (cause) {
      throw unavailable(cause);
    }
    return sets;
  }

  /**
   * Starts to write a line. A failed write is repeated with the next line, and a caller that must be sure
   * waits for that one.
   */
  #begin(line: LedgerLine): void {
    if (line.charge || line.sets.length > 0) this.file.append(formatLine(line)).catch(() => {});
  }

  /** @throws PolkuError DISCLOSURE_UNAVAILABLE if no question could be answered now */
  async ready(): Promise<void> {
    await this.file.ready().catch((cause: unknown) => {
      throw unavailable(cause);
    });
  }

  async close(): Promise<void> {
    await this.file.close();
    await this.release();
  }
}

/**
 * Replays what was written before, and creates the file if there is none. A last line that a crash cut short
 * is removed: nobody was answered by it, or it would be before the recorded end.
 */
async function readLedger(dataFolder: string, noise: CellNoise, book: LedgerBook): Promise<LedgerFile> {
  const path = join(dataFolder, 'ledger', 'questions.jsonl');
  const header = JSON.stringify({ ledger: 1, secret: noise.fingerprint });
  const content = await readContent(path);
  let number = 0;
  for (const text of linesOf(content)) {
    number += 1;
    if (number === 1) {
      if (text === header) continue;
      throw invalid(path, 'it was created with another disclosure secret, so its noise was different');
    }
    const line = parseLine(text);
    if (!line) throw invalid(path, `line ${number} cannot be read`);
    book.replay(line.charge, line.sets);
  }
  const end = await LedgerEnd.open(dataFolder, noise, content);
  if (!end)
    throw invalid(
      path,
      `it does not match ${ledgerEndPath(dataFolder)}. One of the two is missing, cut off, changed or older than the other`,
    );
  const file = new LedgerFile(await AppendLog.open(path, end.bytes), end);
  try {
    if (number === 0) await file.append(`${header}\n`);
  } catch (cause) {
    await file.close();
    throw cause;
  }
  return file;
}

/** The whole lines of the file; none if there is no file. */
async function readContent(path: string): Promise<Buffer> {
  try {
    return (await readWholeLines(path)).content;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw cause;
  }
}

/** In the zone whose law governs the registers: `2026-03`. */
function monthOf(time: Date): string {
  return formatDay(today(time)).slice(0, 7);
}

function invalid(path: string, reason: string): PolkuError {
  return new PolkuError(
    'DISCLOSURE_LEDGER_INVALID',
    `The ledger ${path} cannot be used: ${reason}. Restore it and ledger-end.json from one backup. Without them, a caller could repeat an answered question with one person more or less.`,
  );
}

function unavailable(cause: unknown): unknown {
  if (cause instanceof PolkuError) return cause;
  return new PolkuError(
    'DISCLOSURE_UNAVAILABLE',
    'The ledger of answered groups could not be read or written, so nothing is answered; make room in the data directory and ask again.',
    {},
    { cause },
  );
}

/** What one question adds to the ledger. */
interface LedgerLine {
  /** Undefined if the question was paid before. */
  readonly charge: Charge | undefined;
  /** The sets that it was the first to be answered about, packed one after the other. */
  readonly sets: readonly Uint32Array[];
}

function formatLine({ charge, sets }: LedgerLine): string {
  const bytes = sets.map((words) => Buffer.from(words.buffer, words.byteOffset, words.byteLength));
  return `${JSON.stringify({ ...(charge && { charge }), sets: Buffer.concat(bytes).toString('base64') })}\n`;
}

/** Returns undefined if the text is not a whole line, as `formatLine` writes it. */
function parseLine(text: string): { charge: Charge | undefined; sets: Uint32Array } | undefined {
  try {
    const { charge, sets } = JSON.parse(text) as { charge?: unknown; sets: string };
    const bytes = Uint8Array.from(Buffer.from(sets, 'base64'));
    const words = new Uint32Array(bytes.buffer);
    if (charge !== undefined && !isCharge(charge)) return undefined;
    return arePacked(words) ? { charge, sets: words } : undefined;
  } catch {
    return undefined;
  }
}

const MONTH = /^\d{4}-\d{2}$/;

/** Rejects anything else. With a wrong cost, `spent` would give back what was paid. */
function isCharge(given: unknown): given is Charge {
  const { month, organisation, question, asks, cost, numbers, formedBy, forms } = given as Record<
    string,
    unknown
  >;
  return (
    typeof month === 'string' &&
    MONTH.test(month) &&
    typeof organisation === 'string' &&
    typeof question === 'string' &&
    (asks === undefined || typeof asks === 'string') &&
    isAmount(cost) &&
    isAmount(numbers) &&
    (formedBy === undefined || typeof formedBy === 'string') &&
    (forms === undefined || forms === true)
  );
}

function isAmount(given: unknown): given is number {
  return Number.isSafeInteger(given) && (given as number) >= 0;
}
