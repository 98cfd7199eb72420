/** Whether a value is yet to come; any object with a `then` will do, as in graphql-js. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
