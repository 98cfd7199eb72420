import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { appendDurably } from '../../../schema/appendDurably.js';
import { GroupCommit } from '../../../schema/groupCommit.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { SubgraphRequest } from '../../../schema/subgraph.js';
import { sync } from '../../storage/durableFile.js';

/** What a registry notes of one answer: under whose decision, for what, to whom, of how many people; never of whom. */
export interface Disclosure {
  readonly registry: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly decisionId: string;
  readonly purpose: string;
  readonly recipient: string;
  /** People of whom policy permitted something. */
  readonly subjects: number;
  /** SHA-256 of the request's body in base64url, as the decision context binds it. */
  readonly body: string;
}

/** Where disclosures are kept: a file a day, one JSON object a line. */
export function disclosureFolder(data: string): string {
  return join(data, 'disclosures');
}

/**
 * The registries' own short log of what they have answered, one for those of a process, held against the gateway's audit
 * log by `polku audit reconcile`, so that a gateway that leaves something out is found out.
 */
export class DisclosureLog {
  readonly #folder: string;
  readonly #commits = new GroupCommit<string>((lines) => this.#commit(lines));
  /** Of the day, with its last line ended; after a failure there is none, for the last line may be torn. */
  #file: { readonly day: string; readonly handle: FileHandle } | undefined;

  constructor(data: string) {
    this.#folder = disclosureFolder(data);
  }

  /**
   * Resolves when the note is durable.
   * @throws PolkuError AUDIT_UNAVAILABLE; then the registry answers nothing.
   */
  async append(disclosure: Disclosure): Promise<void> {
    try {
      await this.#commits.add(`${JSON.stringify(disclosure)}\n`);
    } catch (cause) {
      throw new PolkuError(
        'AUDIT_UNAVAILABLE',
        "The registry's disclosure log could not be written, so nothing is answered; ask again later.",
        {},
        { cause },
      );
    }
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#leave();
  }

  async #commit(lines: readonly string[]): Promise<void> {
    const day = new Date().toISOString().slice(0, 10);
    if (this.#file?.day !== day) await this.#begin(day);
    const { handle } = this.#file!;
    try {
      await appendDurably(handle, Buffer.from(lines.join('')));
    } catch (cause) {
      await this.#leave();
      throw cause;
    }
  }

  async #begin(day: string): Promise<void> {
    await this.#leave();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const handle = await open(join(this.#folder, `${day}.jsonl`), 'a', 0o600);
    try {
      // Ends a line that a crash or a full disk may have torn.
      await handle.appendFile('\n');
      await sync(this.#folder);
    } catch (cause) {
      await handle.close();
      throw cause;
    }
    this.#file = { day, handle };
  }

  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }
}

/** The hash of a request as it would stand on the wire. */
export function bodyHash({ query, operationName, variables }: SubgraphRequest): string {
  return createHash('sha256').update(JSON.stringify({ query, operationName, variables })).digest('base64url');
}
