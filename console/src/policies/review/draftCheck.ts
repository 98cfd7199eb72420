/** Whether somebody sees more, less, or something else. */
type ChangeEffect = 'WIDENS' | 'NARROWS' | 'CHANGES';

/** A file that a change sets or removes. null: there is no such file. */
export interface FileTexts {
  readonly name: string;
  readonly before: string | null;
  /** Equal to the text before: the file is only renewed. */
  readonly after: string | null;
}

/** What a draft, a revision or a rollback would change. */
export interface DraftCheck {
  /** The revision that it was compared with; null with `--dev`. */
  readonly comparedWith: number | null;
  readonly isStale: boolean;
  readonly files: readonly FileTexts[];
  /** false: only problems are listed. */
  readonly compiles: boolean;
  readonly problems: readonly {
    readonly file: string;
    readonly line: number;
    readonly severity: 'ERROR' | 'WARNING';
    readonly message: string;
    readonly fix: string | null;
  }[];
  readonly tests: readonly {
    readonly file: string;
    readonly line: number;
    readonly name: string;
    readonly passed: boolean;
    readonly message: string | null;
  }[];
  readonly failingTests: readonly string[];
  readonly differences: readonly { readonly sentence: string; readonly effect: ChangeEffect }[];
  readonly omittedDifferences: number;
  readonly operations: readonly {
    readonly name: string;
    readonly outcome: 'BROKEN' | 'LESS' | 'MENDED' | 'MORE';
    readonly changes: readonly string[];
  }[];
  readonly examples: readonly {
    readonly coordinate: string;
    readonly role: string;
    readonly purpose: string;
    readonly value: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly ownersNeeded: readonly { readonly registry: string; readonly count: number }[];
}

export const DRAFT_CHECK = `
  comparedWith isStale compiles
  files { name before after }
  problems { file line severity message fix }
  tests { file line name passed message }
  failingTests
  differences { sentence effect }
  omittedDifferences
  operations { name outcome changes }
  examples { coordinate role purpose value before after }
  ownersNeeded { registry count }
`;

/** How many differences let somebody see more. */
export function countWidening({ differences }: Pick<DraftCheck, 'differences'>): number {
  return differences.filter(({ effect }) => effect === 'WIDENS').length;
}
