import type { GraphQLError, ResponsePath } from 'graphql';
import type { ArgumentValues } from './compileArguments.js';

/** Values of variables, coerced; those that were not given and have no default are missing. */
export type Variables = Readonly<Record<string, unknown>>;

/** One execution of a program. */
export class ProgramRun {
  readonly errors: GraphQLError[] = [];
  /** Arguments that follow from the variables, by the field that takes them: the same for every object of this run. */
  readonly arguments = new Map<object, ArgumentValues>();
  #nulled: Set<ResponsePath | undefined> | undefined;

  constructor(
    /** What resolvers are given as their context. */
    readonly context: unknown,
    readonly variables: Variables,
  ) {}

  /** Notes an error at a place that becomes null. What fails later below a place that is null already is not told. */
  fail(error: GraphQLError, path: ResponsePath | undefined): void {
    const nulled = (this.#nulled ??= new Set());
    for (let place = path; place; place = place.prev) if (nulled.has(place)) return;
    if (nulled.has(undefined)) return;
    nulled.add(path);
    this.errors.push(error);
  }
}
