import { type Answer, codeOf } from './answer.js';
import { Breach } from './attack.js';

/** A gateway answers an operation on a hidden field in one of two ways: it is not shown, or it is unknown. */
const REFUSALS = ['PURPOSE_NOT_PERMITTED', 'GRAPHQL_VALIDATION_FAILED'];

/** Nothing of the operation may be answered, and policy or the visible schema must have refused it. */
export function mustBeRefused(answer: Answer, what: string, codes: readonly string[] = REFUSALS): void {
  mustHoldNoData(answer, what);
  const code = codeOf(answer);
  if (code === undefined || !codes.includes(code))
    throw new Breach(`${what}: not refused by policy but ${answer.status} ${code ?? 'without a code'}`);
}

/** An answer with errors only. */
export function mustHoldNoData(answer: Answer, what: string): void {
  const { data, errors } = answer.body;
  if (data !== undefined && data !== null) throw new Breach(`${what}: answered with data, ${answer.status}`);
  if (!errors && answer.status < 400) throw new Breach(`${what}: answered ${answer.status} without an error`);
}

/** Whether a value holds anything but null, empty lists and objects of these; `__typename` does not count. */
export function holdsData(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.some(holdsData);
  if (typeof value === 'object') return Object.values(value).some(holdsData);
  return true;
}

/** Every value under a response key, at any depth. */
export function* valuesUnder(value: unknown, key: string): Iterable<unknown> {
  if (Array.isArray(value)) for (const item of value) yield* valuesUnder(item, key);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      if (name === key) yield item;
      yield* valuesUnder(item, key);
    }
}
