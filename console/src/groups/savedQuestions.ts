import { FilterFormError, filterVariable, readEventVariable, readFilterVariable } from './filterModel.js';
import {
  type Asked,
  type AskedKind,
  askedKinds,
  blankAsked,
  MOST,
  type PlannerQuestion,
  type TableDimension,
  tableDimensions,
} from './question.js';

/** A question with the name that its planner gave it. It holds no people and no numbers. */
export interface SavedQuestion {
  readonly name: string;
  readonly question: PlannerQuestion;
}

const FORMAT = 'polku-group-question';
const VERSION = 1;
const MOST_CHARACTERS = 200_000;
const MOST_NAME = 120;

/** Why a file is no saved question. `groups:saved.fault.<kind>` is the text. */
export class SavedQuestionError extends Error {
  /** @param place the path of the fault within the file, such as `where.all[0]` */
  constructor(
    readonly kind: 'json' | 'format' | 'version' | 'filter' | 'asked' | 'name',
    readonly place = '',
  ) {
    super(kind);
  }
}

/** The text of a file with a question. The filter is a variable of type CohortFilter, for any client. */
export function writeSavedQuestion({ name, question }: SavedQuestion): string {
  return `${JSON.stringify(savedForm({ name, question }), null, 2)}\n`;
}

function savedForm({ name, question: { where, asked } }: SavedQuestion): object {
  return { format: FORMAT, version: VERSION, name, where: filterVariable(where), asked: askedForm(asked) };
}

function askedForm(asked: Asked): object {
  switch (asked.kind) {
    case 'differences':
    case 'serviceDifferences':
      return { ...asked, comparedWith: filterVariable(asked.comparedWith) };
    case 'timeToEvent':
      return {
        ...asked,
        start: asked.start && filterVariable(asked.start),
        event: asked.event && filterVariable(asked.event),
      };
    default:
      return asked;
  }
}

/**
 * Reads a file that a user opens.
 * @throws SavedQuestionError
 */
export function readSavedQuestion(text: string): SavedQuestion {
  if (text.length > MOST_CHARACTERS) throw new SavedQuestionError('format');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SavedQuestionError('json');
  }
  return readSavedForm(value);
}

function readSavedForm(value: unknown): SavedQuestion {
  if (typeof value !== 'object' || value === null) throw new SavedQuestionError('format');
  const { format, version, name, where, asked } = value as Readonly<Record<string, unknown>>;
  if (format !== FORMAT) throw new SavedQuestionError('format');
  if (version !== VERSION) throw new SavedQuestionError('version', String(version));
  if (typeof name !== 'string' || name.trim() === '' || name.length > MOST_NAME)
    throw new SavedQuestionError('name');
  return { name: name.trim(), question: { where: readFilter(where), asked: readAsked(asked) } };
}

function readFilter(value: unknown, place = 'where') {
  try {
    return readFilterVariable(value);
  } catch (fault) {
    if (fault instanceof FilterFormError)
      throw new SavedQuestionError('filter', fault.place.replace(/^where/, place));
    throw fault;
  }
}

function readAsked(value: unknown): Asked {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const kind = given['kind'] as AskedKind;
  if (!askedKinds.includes(kind)) throw new SavedQuestionError('asked', 'asked.kind');
  const read = <Value>(field: string, isValid: (value: unknown) => boolean): Value => {
    if (!isValid(given[field])) throw new SavedQuestionError('asked', `asked.${field}`);
    return given[field] as Value;
  };
  const day = (field: string): string => read(field, isDay);
  const count = (field: string, most: number): number => read(field, (value) => isWithin(value, 1, most));
  const event = (field: string) => {
    if (given[field] === undefined) return undefined;
    try {
      return readEventVariable(given[field], `asked.${field}`);
    } catch {
      throw new SavedQuestionError('asked', `asked.${field}`);
    }
  };
  const inPeriod = () => ({ from: day('from'), until: day('until') });
  switch (kind) {
    case 'size':
      return blankAsked.size;
    case 'table':
      return {
        kind,
        by: read<TableDimension[]>('by', (by) =>
          isListOf(by, (each) => tableDimensions.includes(each as never)),
        ),
        years: read<number[]>('years', (years) => isListOf(years, isYear)),
      };
    case 'serviceUse':
      return {
        kind,
        services: read<string[]>('services', (codes) => isListOf(codes, (code) => typeof code === 'string')),
        byYear: read<boolean>('byYear', (value) => typeof value === 'boolean'),
        ...inPeriod(),
      };
    case 'commonPaths':
      return {
        kind,
        first: count('first', MOST.paths),
        steps: count('steps', MOST.steps),
        ...inPeriod(),
      };
    case 'differences': {
      const comparedWith = readFilter(given['comparedWith'], 'asked.comparedWith');
      const atEndOf = given['atEndOf'] === undefined ? undefined : read<number>('atEndOf', isYear);
      return { kind, comparedWith, atEndOf };
    }
    case 'serviceDifferences':
      return { kind, comparedWith: readFilter(given['comparedWith'], 'asked.comparedWith'), ...inPeriod() };
    case 'timeToEvent':
      return {
        kind,
        start: event('start'),
        event: event('event'),
        until: day('until'),
        intervals: count('intervals', MOST.intervals),
        months: count('months', 1200),
      };
  }
}

function isListOf(value: unknown, isEach: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isEach) && new Set(value).size === value.length;
}

function isWithin(value: unknown, from: number, until: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= until;
}

function isYear(value: unknown): boolean {
  return isWithin(value, 1800, 2200);
}

/** A day, or nothing yet. */
function isDay(value: unknown): boolean {
  return value === '' || (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value));
}

/** What the browser stores by key: `localStorage`. */
type BrowserStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Questions belong to an organisation, so that another one on the same computer does not see them. */
function keyOf(recipient: string): string {
  return `polku.groups.${recipient}`;
}

/** The questions that an organisation keeps in this browser. What cannot be read is left out. */
export function storedQuestions(store: BrowserStore, recipient: string): readonly SavedQuestion[] {
  try {
    const stored: unknown = JSON.parse(store.getItem(keyOf(recipient)) ?? '[]');
    return (Array.isArray(stored) ? stored : []).flatMap((form) => {
      try {
        return [readSavedForm(form)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/**
 * Keeps questions in this browser, in place of those before.
 * @throws DOMException if the browser has no room
 */
export function storeQuestions(
  store: BrowserStore,
  recipient: string,
  questions: readonly SavedQuestion[],
): void {
  if (questions.length === 0) store.removeItem(keyOf(recipient));
  else store.setItem(keyOf(recipient), JSON.stringify(questions.map(savedForm)));
}

/** Adds a question, in place of the one with the same name. */
export function withQuestion(
  questions: readonly SavedQuestion[],
  added: SavedQuestion,
): readonly SavedQuestion[] {
  return [...questions.filter(({ name }) => name !== added.name), added].sort((a, b) =>
    a.name.localeCompare(b.name),
  );
}
