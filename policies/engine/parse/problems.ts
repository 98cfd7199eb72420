/** Something that a data owner should know of: an error lets no policy through, a warning does. */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What to write instead, in a sentence; undefined where only the owner can know. */
  readonly fix: string | undefined;
}

/** Nobody reads more, and whoever writes a file with thousands of faults must not keep others waiting. */
const MOST_ERRORS = 100;
const MOST_WARNINGS = 100;
/** Sentences quote what stands in the file, which may be of any length. */
const LONGEST_SENTENCE = 2_000;

/**
 * Does some work and collects the problems that it finds, so that all are told at once. The work stops after the last
 * error that is told.
 * @returns no result where the work was stopped; problems by file, line and column
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

/** Where {@link collectProblems} collects them. */
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
      this.#add('error', place, 'There are more faults from here on.', 'Mend those above, and look again.');
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
    // What stands behind several aliases is looked at for each of them.
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

/** A file that data owners edit, as it was read. */
export interface PolicySource {
  /** Its name within the folder, such as `health.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** Where something stands; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Problems as lines for people, in the form that editors can jump to (`file:line:column`), with a sum at the end.
 * @param folder set before each file's name
 */
export function formatProblems(problems: readonly Problem[], folder?: string): string {
  const lines = problems.flatMap(({ file, line, column, severity, message, fix }) => {
    const path = folder === undefined ? file : `${folder.replace(/\/$/, '')}/${file}`;
    return [
      `${path}:${line}:${column}: ${severity}: ${message}`,
      ...(fix === undefined ? [] : [`    ${fix}`]),
    ];
  });
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const sum = [counted(errors, 'error'), counted(problems.length - errors, 'warning')].join(', ');
  return [...lines, problems.length === 0 ? 'The policies are in order.' : sum].join('\n') + '\n';
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
