/** Stands in for localStorage: queries, variables and answers hold ids of people, and must not outlive the page. */
export function createMemoryStorage(): Pick<
  Storage,
  'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'
> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}
