import { readFile } from 'node:fs/promises';
import { PolkuError } from '../errors.js';
import type { Log } from '../log.js';
import { readTlsFiles, type TlsFiles, type TlsMaterial } from './tlsFiles.js';

/** How often the files are read. They are small, and no watcher sees how a mounted secret changes. */
const LOOK_MS = 1_000;
const DAY_MS = 86_400_000;
const WARN_DAYS = 14;

/**
 * TLS files that are read again when they change. New files are used once they are complete: two looks must
 * see the same. Files with a fault are reported, and the earlier ones stay in use.
 */
export class LiveTlsFiles {
  readonly #listeners: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #used = '';
  #seen = '';
  #fault = '';
  #warnedOf: number | undefined;

  private constructor(
    private readonly files: TlsFiles,
    private readonly log: Log,
    private current: TlsMaterial,
  ) {}

  /**
   * @param log gets a line when other files are in use, when they have a fault, and each day before the
   * certificate expires
   * @throws PolkuError TLS_FILE_INVALID, TLS_KEY_MISMATCH, TLS_CERTIFICATE_EXPIRED
   */
  static async open(files: TlsFiles, log: Log): Promise<LiveTlsFiles> {
    const text = await textOf(files);
    const live = new LiveTlsFiles(files, log, await readTlsFiles(files));
    live.#used = live.#seen = text;
    live.#warn();
    live.#schedule();
    return live;
  }

  get material(): TlsMaterial {
    return this.current;
  }

  /** Calls back after the material was replaced. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      await this.#look();
      if (!this.#isOver) this.#schedule();
    }, LOOK_MS).unref();
  }

  async #look(): Promise<void> {
    const text = await textOf(this.files);
    const isComplete = text === this.#seen;
    this.#seen = text;
    if (text === this.#used) this.#fault = '';
    else if (isComplete) await this.#use(text);
    this.#warn();
  }

  async #use(text: string): Promise<void> {
    try {
      this.current = await readTlsFiles(this.files);
    } catch (error) {
      if (!(error instanceof PolkuError)) throw error;
      if (error.message !== this.#fault) this.log.fault('certificates-rejected', error);
      this.#fault = error.message;
      return;
    }
    this.#used = text;
    this.#fault = '';
    const expiresAt = this.current.expiresAt?.toISOString();
    const files = Object.values(this.files).filter(Boolean).join(', ');
    this.log.write('certificates-renewed', `New files of certificates are in use: ${files}.`, { expiresAt });
    for (const listener of this.#listeners) listener();
  }

  #warn(): void {
    const { expiresAt } = this.current;
    if (!expiresAt) return;
    const days = Math.floor((expiresAt.getTime() - Date.now()) / DAY_MS);
    if (days >= WARN_DAYS || days === this.#warnedOf) return;
    this.#warnedOf = days;
    const { certificate } = this.files;
    const what = days < 0 ? 'has expired' : `expires in ${days} days`;
    this.log.write('certificate-expires', `The certificate ${certificate} ${what}. Renew it.`, { days });
  }
}

/** What the files hold now; a file that cannot be read counts as one text, too. */
async function textOf({ certificate, key, authority }: TlsFiles): Promise<string> {
  const texts = await Promise.all(
    [certificate, key, authority].map(async (file) =>
      file === undefined ? '' : readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error.code),
    ),
  );
  return JSON.stringify(texts);
}
