import { type ErrorCode, errorTable } from './errorTable.js';

/** What an error may carry beside its message: coordinates, places in files, counts. Never a person's data. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An error that a user may read. Its message says what was expected, what came and what to do; it never holds
 * personal data, for it may be logged.
 */
export class PolkuError extends Error {
  override readonly name = 'PolkuError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause: unknown },
  ) {
    super(message, options);
  }

  /** The HTTP status it travels with; 0 on the command line. */
  get status(): number {
    return errorTable[this.code].status;
  }
}
