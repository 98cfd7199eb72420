import type { Shortcomings } from '../refusals/readShortcomings.js';

/** What stands in an editor. */
export interface WrittenOperation {
  readonly query: string;
  /** JSON; empty: none. */
  readonly variables: string;
}

/** An editor, for what is around it. */
export interface OperationEditor {
  read(): WrittenOperation;
  /** @param operation a document that can be parsed */
  write(operation: WrittenOperation): void;
}

/** Tells the page what an answer lacks, or why an example cannot run. */
export type ExplorerReport = (outcome: ExplorerNotice) => void;

export interface ExplorerNotice {
  readonly shortcomings: Shortcomings;
  readonly note: string | undefined;
}
