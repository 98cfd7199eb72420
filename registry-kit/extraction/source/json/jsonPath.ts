/** Why a path gives no text of one value; a reason of rejection. */
export type JsonFault = 'several-values' | 'not-a-value' | 'inexact-number';

/**
 * Leads from an object to values, as a mapping writes it: `period.start`, `participant[0].type`,
 * `code.coding[system=http://hl7.org/fhir/sid/icd-10].code`. A step into a list leads to every item, as in
 * FHIRPath; `[0]` chooses one by its place, and `[name=text]` those with that value.
 */
export interface JsonPath {
  /** All values, in their order and without null. A fault if one is an object, or no exact number. */
  values(object: unknown): readonly string[] | JsonFault;
}

/** A path that cannot be read; its message says what was expected. */
export class JsonPathError extends Error {}

type Visit = (value: unknown) => JsonFault | undefined;
/** Passes on the values that a step leads to; the first fault ends it. */
type Step = (value: unknown, visit: Visit) => JsonFault | undefined;

const NAME = /[^.[\]]+/y;
const PLACE = /\[(\d+)\]/y;
const FILTER = /\[([^=\]]+)=([^\]]*)\]/y;

/** @throws JsonPathError */
export function parseJsonPath(text: string): JsonPath {
  const follow = compose(stepsOf(text));
  return {
    values(object) {
      const found: string[] = [];
      const fault = follow(object, (value) => addText(value, found));
      return fault ?? found;
    },
  };
}

/** The text of one value: empty if there is none. Equal values are one. */
export function oneText(values: readonly string[] | JsonFault): string | { readonly fault: JsonFault } {
  if (typeof values === 'string') return { fault: values };
  const [first = '', ...others] = values;
  return others.every((other) => other === first) ? first : { fault: 'several-values' };
}

function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let place = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = place;
    const match = pattern.exec(text) ?? undefined;
    if (match) place = pattern.lastIndex;
    return match;
  };
  for (;;) {
    const name = take(NAME);
    if (!name) throw new JsonPathError(`A name is missing at character ${place + 1} of "${text}".`);
    steps.push(member(name[0]));
    while (text[place] === '[') {
      const item = take(PLACE);
      const filter = item ? undefined : take(FILTER);
      if (item) steps.push(itemAt(Number(item[1])));
      else if (filter) steps.push(itemsWith(parseJsonPath(filter[1]!), filter[2]!));
      else throw new JsonPathError(`At character ${place + 1} of "${text}", expected [0] or [name=text].`);
    }
    if (place === text.length) return steps;
    if (text[place] !== '.')
      throw new JsonPathError(`Character ${place + 1} of "${text}" stands outside a name.`);
    place++;
  }
}

function member(name: string): Step {
  const step: Step = (value, visit) => {
    if (Array.isArray(value)) return firstFault(value, (item) => step(item, visit));
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.hasOwn(value, name) ? visit((value as Record<string, unknown>)[name]) : undefined;
  };
  return step;
}

function itemAt(place: number): Step {
  return (value, visit) => visit(Array.isArray(value) ? value[place] : place === 0 ? value : undefined);
}

function itemsWith(path: JsonPath, text: string): Step {
  return (value, visit) =>
    firstFault(Array.isArray(value) ? value : [value], (item) => {
      const values = path.values(item);
      return typeof values === 'object' && values.includes(text) ? visit(item) : undefined;
    });
}

function compose(steps: readonly Step[]): Step {
  return steps.reduceRight<Step>(
    (next, step) => (value, visit) => step(value, (reached) => next(reached, visit)),
    (value, visit) => visit(value),
  );
}

function firstFault(items: readonly unknown[], visit: Visit): JsonFault | undefined {
  for (const item of items) {
    const fault = visit(item);
    if (fault) return fault;
  }
  return undefined;
}

function addText(value: unknown, found: string[]): JsonFault | undefined {
  switch (typeof value) {
    case 'string':
      if (value !== '') found.push(value);
      return undefined;
    case 'number':
      // JSON.parse rounds whole numbers beyond this, so two ids could become one.
      if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return 'inexact-number';
      found.push(String(value));
      return undefined;
    case 'boolean':
      found.push(String(value));
      return undefined;
    case 'object':
      if (value === null) return undefined;
      return Array.isArray(value) ? firstFault(value, (item) => addText(item, found)) : 'not-a-value';
    default:
      return undefined;
  }
}
