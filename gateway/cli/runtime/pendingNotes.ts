import type { Disclosure, DisclosureLog } from '../../../subgraphs/registry/disclosure/disclosureLog.js';
import type { AuditLog } from '../../audit/auditLog.js';

/**
 * Notes of the registries of this process that are being written. Their answers stay in the process, so it is the response
 * that waits for them, together with its audit record: nothing leaves before all are durable.
 */
export class PendingNotes {
  readonly #pending = new Map<string, Promise<void>[]>();

  readonly write = (log: DisclosureLog, disclosure: Disclosure): Promise<void> => {
    const written = log.append(disclosure);
    // Whoever waits for it below learns of a failure; until then nobody does.
    written.catch(() => {});
    const notes = this.#pending.get(disclosure.decisionId);
    if (notes) notes.push(written);
    else this.#pending.set(disclosure.decisionId, [written]);
    return Promise.resolve();
  };

  /** An audit log whose records count as durable when the notes of their decisions are, too. */
  before(log: AuditLog): AuditLog {
    return {
      append: async (record) => {
        const notes = this.#pending.get(record.decisionId) ?? [];
        this.#pending.delete(record.decisionId);
        await Promise.all([log.append(record), ...notes]);
      },
      ready: () => log.ready(),
      close: () => log.close(),
    };
  }
}
