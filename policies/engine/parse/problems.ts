/**
 * A problem of a policy that its owner should know. A policy with an error does not compile; one with a
 * warning does.
 */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What to write instead, in a sentence; undefined if only the owner can know. */
  readonly fix: string | undefined;
}

/** Nobody reads more, and a file with thousands of errors must not delay other requests. */
const MOST_ERRORS = 100;
const MOST_WARNINGS = 100;
/** Sentences quote text from the file, which may have any length. */
const LONGEST_SENTENCE = 2_000;

/**
 * Runs some work and collects the problems that it finds, so that all are reported at once. The work stops
 * when it has found too many errors.
 * @returns no result if the work was stopped; problems sorted by file, line and column
 */
export function collectProblems<Result>(work: (problems: Problems) => Result): {
  readonly result: Result | undefined;
  readonly problems: readonly Problem[];
} {
  const problems = new Problems();
  try {
    return { result: work(problems), problems: problems.sorted() };
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
    return { result: undefined, problems: problems.sorted() };
  }
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** The collection that {@link collectProblems} fills. */
class Problems {
  readonly #found: Problem[] = [];
  readonly #known = new Set<string>();
  #errors = 0;
  #warnings = 0;

  get errors(): number {
    return this.#errors;
  }

  error(place: Place, message: string, fix?: string): void {
    if (this.#errors === MOST_ERRORS) {
      this.#add(
        'error',
        place,
        'There are more errors after these.',
        'Correct those above, and run the check again.',
      );
      throw new TooManyErrors();
    }
    this.#errors++;
    this.#add('error', place, message, fix);
  }

  warning(place: Place, message: string, fix?: string): void {
    this.#warnings++;
    if (this.#warnings <= MOST_WARNINGS) this.#add('warning', place, message, fix);
    else if (this.#warnings === MOST_WARNINGS + 1) this.#add('warning', place, 'There are more warnings.');
  }

  sorted(): readonly Problem[] {
    return this.#found.toSorted(
      (a, b) =>
        compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
    );
  }

  #add(severity: Problem['severity'], place: Place, message: string, fix?: string): void {
    const problem = { ...place, severity, message: shortened(message), fix: fix && shortened(fix) };
    // A value behind several aliases is checked once for each of them.
    const key = JSON.stringify(problem);
    if (!this.#known.has(key)) this.#found.push(problem);
    this.#known.add(key);
  }
}

export type { Problems };

class TooManyErrors extends Error {}

function shortened(sentence: string): string {
  return sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE)} ...` : sentence;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text of a file that data owners edit. */
export interface PolicySource {
  /** Its name within the folder, such as `health.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** A place in a file; lines and columns count from 1. Line 0: the whole of a source that has no lines. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Problems as lines of text, in the form that editors can jump to (`file:line:column`), with totals at the
 * end.
 * @param folder is written before each file's name
 * @param registries the folders of registries that have their policy in policy.yaml
 */
export function formatProblems(
  problems: readonly Problem[],
  folder?: string,
  registries: ReadonlyMap<string, string> = new Map(),
): string {
  const pathOf = (file: string): string => {
    const [registry = ''] = /^[^.]+/.exec(file) ?? [];
    const own = registries.get(registry);
    if (own !== undefined) return `${own}/policy${file.slice(registry.length)}`;
    return folder === undefined ? file : `${folder.replace(/\/$/, '')}/${file}`;
  };
  const lines = problems.flatMap(({ file, line, column, severity, message, fix }) => {
    const path = pathOf(file);
    const place = line === 0 ? path : `${path}:${line}:${column}`;
    return [`${place}: ${severity}: ${message}`, ...(fix === undefined ? [] : [`    ${fix}`])];
  });
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const sum = [counted(errors, 'error'), counted(problems.length - errors, 'warning')].join(', ');
  return [...lines, problems.length === 0 ? 'The policies have no errors.' : sum].join('\n') + '\n';
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
