import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { writeDurably } from '../../lib/durableFile.js';

/** A logout that a provider sent: of one of its sessions, or of all sessions of a person. */
export interface Revocation {
  readonly issuer: string;
  /** A digest of the provider's name of the session; undefined: all sessions of the subject. */
  readonly providerSession: string | undefined;
  /** A digest of the provider's name of the person. */
  readonly subject: string | undefined;
  /** Seconds since 1970. Sessions that began later are not concerned. */
  readonly at: number;
}

/** The session that a revocation may concern. */
export type RevocableSession = Omit<Revocation, 'at'> & { readonly startedAt: number };

/**
 * Sessions that a provider ended over the back channel, in a file. A revocation is kept as long as a session
 * can last.
 */
export class RevokedSessions {
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly keptSeconds: number,
    private revocations: readonly Revocation[],
  ) {}

  /** @throws PolkuError SESSIONS_INVALID if the file is damaged: who is logged out would not be known */
  static async open(file: string, keptSeconds: number): Promise<RevokedSessions> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      return new RevokedSessions(file, keptSeconds, []);
    }
    try {
      return new RevokedSessions(file, keptSeconds, JSON.parse(text) as readonly Revocation[]);
    } catch (cause) {
      throw new PolkuError(
        'SESSIONS_INVALID',
        `${file}, which lists the sessions that were ended, is damaged. Restore it, or remove it and change the secret "session": then everybody logs in again.`,
        {},
        { cause },
      );
    }
  }

  /** Resolves when the revocation is durable. */
  async add(revocation: Revocation): Promise<void> {
    const oldest = revocation.at - this.keptSeconds;
    this.revocations = [...this.revocations.filter(({ at }) => at >= oldest), revocation];
    const write = async () => {
      await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
      await writeDurably(this.file, JSON.stringify(this.revocations));
    };
    this.#writing = this.#writing.then(write, write);
    await this.#writing;
  }

  has({ issuer, providerSession, subject, startedAt }: RevocableSession): boolean {
    return this.revocations.some((revoked) => {
      if (revoked.issuer !== issuer || revoked.at < startedAt) return false;
      return revoked.providerSession !== undefined
        ? revoked.providerSession === providerSession
        : revoked.subject === subject;
    });
  }
}
