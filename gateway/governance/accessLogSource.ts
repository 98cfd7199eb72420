import type { PersonKey } from '../../schema/keys.js';
import type { AuditRecord } from '../audit/auditRecord.js';

/** Where the governance subgraph finds who has read a person's data. */
export interface AccessLogSource {
  /**
   * Decisions by which data of this person was read, newest first.
   * @param after the decision that the page before ended with
   */
  recordsOf(
    person: PersonKey,
    page: { readonly since: string; readonly after: string | undefined },
  ): AsyncIterable<AuditRecord>;
  /** Whether recipients are not told: who serves a person under non-disclosure tells where they are (661/2009 §36). */
  hidesRecipients(person: PersonKey): boolean;
}
