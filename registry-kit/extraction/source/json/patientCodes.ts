import type { RowBatch } from '../rowBatch.js';

/**
 * The codes of patients by their ids, from rows of id and code. A patient with two codes has none, because it
 * would be unclear which one is meant.
 */
export async function codesById(batches: AsyncIterable<RowBatch>): Promise<ReadonlyMap<string, string>> {
  const codes = new Map<string, string>();
  const ambiguous = new Set<string>();
  for await (const { columns } of batches) {
    const [ids = [], texts = []] = columns;
    ids.forEach((id, index) => {
      const code = texts[index]!;
      const known = codes.get(id);
      if (known !== undefined && known !== code) ambiguous.add(id);
      if (id !== '' && code !== '') codes.set(id, code);
    });
  }
  for (const id of ambiguous) codes.delete(id);
  return codes;
}
