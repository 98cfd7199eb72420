import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDay, today } from '../../../schema/calendar.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { lockByProcess } from '../../storage/processLock.js';
import type { CellNoise } from '../disclosure/cellNoise.js';
import { type LedgerAnswer, LedgerBook, type LedgerQuestion } from './ledgerBook.js';
import { LedgerFile, readLines } from './ledgerFile.js';
import { formatLine, parseLine } from './ledgerLine.js';

/** What disclosure control asks of a ledger. */
export interface AnswerLedger {
  /**
   * Resolves when the question and the sets that it was the first to be answered about are durable.
   * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE; then nothing may be told
   */
  answer(question: LedgerQuestion): Promise<LedgerAnswer>;
}

export interface LedgerOptions {
  /** Calendar months that are kept beside the present one. */
  readonly months?: number;
  /** How many numbers may be asked for in all of them; one takes up to 250 bytes on disk and 400 in memory. */
  readonly capacity?: number;
  readonly now?: () => Date;
}

const DEFAULT_MONTHS = 24;
const DEFAULT_CAPACITY = 500_000;
const FILE = /^(\d{4}-\d{2})\.jsonl$/;

/**
 * Opens the ledger of group questions below `<data>/ledger`: a file for each calendar month, a line for each question. It is one
 * for all recipients, so that two who collude are as one. Nothing is ever pushed out of it by other questions: when it is
 * full, new ones are refused, and only whole months grow old.
 * @throws PolkuError DISCLOSURE_LEDGER_LOCKED, DISCLOSURE_LEDGER_INVALID, DISCLOSURE_UNAVAILABLE
 */
export async function openLedger(
  dataFolder: string,
  noise: CellNoise,
  options: LedgerOptions = {},
): Promise<Ledger> {
  const folder = join(dataFolder, 'ledger');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await lockByProcess(
    join(folder, 'lock'),
    (owner) =>
      new PolkuError(
        'DISCLOSURE_LEDGER_LOCKED',
        `Another process${owner === undefined ? '' : ` (${owner})`} keeps the ledger in ${folder}; stop it, or use another data directory.`,
      ),
  );
  const ledger = new Ledger(folder, noise, options, release);
  try {
    await ledger.begin();
  } catch (cause) {
    await release();
    throw cause;
  }
  return ledger;
}

interface Month {
  readonly period: string;
  readonly book: LedgerBook;
  readonly file: LedgerFile;
}

export class Ledger implements AnswerLedger {
  #month: Month | undefined;
  #turning: Promise<Month> | undefined;

  constructor(
    private readonly folder: string,
    private readonly noise: CellNoise,
    private readonly options: LedgerOptions,
    private readonly release: () => Promise<void>,
  ) {}

  /** Reads what was written before. */
  async begin(): Promise<void> {
    await this.#present();
  }

  async answer(question: LedgerQuestion): Promise<LedgerAnswer> {
    const { period, book, file } = await this.#present();
    const { line, ...answer } = book.answer(period, question);
    try {
      await file.append(line.charge || line.sets.length > 0 ? formatLine(line) : '');
    } catch (cause) {
      throw this.#unavailable(cause);
    }
    return answer;
  }

  async close(): Promise<void> {
    await this.#turning?.catch(() => {});
    await this.#month?.file.close();
    await this.release();
  }

  async #present(): Promise<Month> {
    const period = formatDay(today(this.options.now?.())).slice(0, 7);
    if (this.#month?.period === period) return this.#month;
    this.#turning ??= this.#turn(period)
      .catch((cause: unknown) => {
        throw this.#unavailable(cause);
      })
      .finally(() => (this.#turning = undefined));
    return this.#turning;
  }

  /** Lets go of months that are too old, and reads the others. */
  async #turn(period: string): Promise<Month> {
    await this.#month?.file.close();
    this.#month = undefined;
    const { months = DEFAULT_MONTHS, capacity = DEFAULT_CAPACITY } = this.options;
    const oldest = monthsBefore(period, months);
    const book = new LedgerBook(this.noise, capacity);
    const kept = (await readdir(this.folder)).flatMap((name) => FILE.exec(name)?.[1] ?? []).sort();
    let end = 0;
    for (const month of kept) {
      const path = this.#path(month);
      if (month < oldest) await rm(path);
      else end = await this.#read(book, month, path);
    }
    const file = new LedgerFile(this.#path(period), kept.at(-1) === period ? end : 0);
    if (end === 0 || kept.at(-1) !== period) await file.append(this.#header());
    this.#month = { period, book, file };
    return this.#month;
  }

  async #read(book: LedgerBook, period: string, path: string): Promise<number> {
    const { lines, end } = await readLines(path);
    if (lines.length > 0 && `${lines[0]}\n` !== this.#header())
      throw invalid(path, 'it was begun under another disclosure secret, whose noise was different');
    lines.slice(1).forEach((text, index) => {
      const line = parseLine(text);
      if (!line) throw invalid(path, `line ${index + 2} cannot be read`);
      book.replay(period, line.charge, line.sets);
    });
    return end;
  }

  #unavailable(cause: unknown): unknown {
    if (cause instanceof PolkuError) return cause;
    return new PolkuError(
      'DISCLOSURE_UNAVAILABLE',
      `The ledger of answered groups could not be read or written, so nothing is answered; look after ${this.folder} and ask again.`,
      {},
      { cause },
    );
  }

  #header(): string {
    return `${JSON.stringify({ ledger: 1, secret: this.noise.fingerprint })}\n`;
  }

  #path(period: string): string {
    return join(this.folder, `${period}.jsonl`);
  }
}

function monthsBefore(period: string, months: number): string {
  const [year, month] = period.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 7);
}

function invalid(path: string, reason: string): PolkuError {
  return new PolkuError(
    'DISCLOSURE_LEDGER_INVALID',
    `The ledger file ${path} cannot be used: ${reason}. Restore it from a backup. Without it, what was answered before could be asked anew with another noise.`,
  );
}
