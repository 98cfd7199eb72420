import { hash } from 'node:crypto';
import { type NamedOperation, sentText } from '../../federation/http/graphqlRequest.js';
import { PolkuError } from '../../lib/errors.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';

/**
 * Which operations a client may send. `off`: by text only. `accept`: by text, or a stored one by its hash.
 * `require`: only stored ones.
 */
export type OperationsMode = 'off' | 'accept' | 'require';

export interface OperationsModes {
  readonly mode: OperationsMode;
  /** The mode of some recipients, instead of `mode`. */
  readonly recipients: Readonly<Record<string, OperationsMode>>;
}

/** The text of a stored operation, and whose it is; without a recipient it is everybody's. */
export interface OperationText {
  readonly text: string;
  readonly recipient?: string;
}

/**
 * The operations that apps have stored, by the SHA-256 of their text. They decide which text runs, and
 * nothing else: limits, validation and policy are the same as for any text. Clients cannot add to them: a
 * list that they extend protects nothing, and anyone could fill its memory.
 */
export class StoredOperations {
  /** By hash, then by recipient; the empty recipient stands for everybody. */
  #texts: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map();

  constructor(
    private readonly modes: OperationsModes = { mode: 'off', recipients: {} },
    operations: readonly OperationText[] = [],
  ) {
    this.replace(operations);
  }

  replace(operations: readonly OperationText[]): void {
    const texts = new Map<string, Map<string, string>>();
    for (const { text, recipient = '' } of operations) {
      const key = operationHash(text);
      texts.set(key, (texts.get(key) ?? new Map<string, string>()).set(recipient, text));
    }
    this.#texts = texts;
  }

  /**
   * The text of the operation that a client sends or names.
   * @throws PolkuError PERSISTED_QUERY_NOT_SUPPORTED, PERSISTED_QUERY_NOT_FOUND, OPERATION_NOT_STORED,
   * BAD_REQUEST
   */
  textOf({ text, hash: named }: NamedOperation, { recipient }: Caller): string {
    const mode = Object.hasOwn(this.modes.recipients, recipient)
      ? this.modes.recipients[recipient]!
      : this.modes.mode;
    if (mode === 'off') return sentText({ text, hash: named });
    if (text === undefined) return this.#find(named!, recipient) ?? notFound();
    const own = operationHash(text);
    if (named !== undefined && named !== own)
      throw new PolkuError('BAD_REQUEST', 'The hash is not the SHA-256 of the text that was sent with it.');
    if (mode === 'accept' || this.#find(own, recipient) !== undefined) return text;
    throw new PolkuError(
      'OPERATION_NOT_STORED',
      'Your organisation sends stored operations only, and this is none of them. Store it with the other operations of the app.',
    );
  }

  /** An operation of another recipient is like one that does not exist. */
  #find(named: string, recipient: string): string | undefined {
    const texts = this.#texts.get(named);
    return texts?.get(recipient) ?? texts?.get('');
  }
}

/** The hash by which clients name an operation: of its text in UTF-8, byte by byte, in lower-case digits. */
export function operationHash(text: string): string {
  return hash('sha256', text);
}

/** Clients that would send the text next recognise the rejection by this exact message. */
function notFound(): never {
  throw new PolkuError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', {
    reason: 'No stored operation of your organisation has this hash: the SHA-256 of its text.',
  });
}
