import type { AuditRecord } from './auditRecord.js';

/** Several lists of records, each in the order of time, as one. */
export async function* mergeByTime(
  lists: readonly AsyncGenerator<AuditRecord>[],
  order: 'oldest first' | 'newest first',
): AsyncGenerator<AuditRecord> {
  const heads = await Promise.all(
    lists.map(async (list) => ({ list, head: (await list.next()) as IteratorResult<AuditRecord, void> })),
  );
  const comesBefore = (one: string, other: string) => (order === 'oldest first' ? one < other : one > other);
  try {
    for (;;) {
      let next: (typeof heads)[number] | undefined;
      for (const each of heads)
        if (!each.head.done && (!next || comesBefore(each.head.value.time, next.head.value!.time)))
          next = each;
      if (!next || next.head.done) return;
      yield next.head.value;
      next.head = (await next.list.next()) as IteratorResult<AuditRecord, void>;
    }
  } finally {
    for (const { list } of heads) await list.return(undefined);
  }
}
