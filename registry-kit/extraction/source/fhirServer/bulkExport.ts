import { setTimeout as wait } from 'node:timers/promises';
import { PolkuError } from '../../../../lib/errors.js';
import { readJsonLines } from '../json/readJsonLines.js';
import type { BackendToken } from './backendToken.js';
import { fhirFault, jsonOf, statusFault } from './fhirFault.js';
import { type FhirConnection, isSafeAddress } from './fhirConnection.js';

const ANSWER_MILLISECONDS = 60_000;
/** Between two questions whether an export is ready, where the server does not say. */
const WAIT_SECONDS = 10;
const MOST_WAIT_SECONDS = 300;
/** An export that takes longer has failed. */
const MOST_HOURS = 24;
const FAILURES = ['fatal', 'error'];

/** A file of an export. */
export interface BulkFile {
  readonly type: string;
  readonly url: string;
  /** How many resources it has; undefined if the server does not say. */
  readonly count: number | undefined;
}

interface ExportManifest {
  readonly requiresAccessToken?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

/**
 * An export by FHIR Bulk Data Access 2.0 (https://hl7.org/fhir/uv/bulkdata/export.html): asked for, waited
 * for and downloaded. Only what is read of it is kept, in memory.
 */
export class BulkExport {
  private needsToken = true;

  private constructor(
    private readonly connection: FhirConnection,
    private readonly token: BackendToken,
    /** Where the server says how far the export is, and where it is deleted. */
    private readonly status: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Asks for an export of some types of resources.
   * @throws PolkuError SOURCE_CONNECTION, SOURCE_DENIED, SOURCE_BUSY, SOURCE_UNREADABLE
   */
  static async begin(
    connection: FhirConnection,
    token: BackendToken,
    types: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<BulkExport> {
    const url = new URL(`${connection.server}/${connection.operation}`);
    url.searchParams.set('_type', types.join(','));
    url.searchParams.set('_outputFormat', 'application/fhir+ndjson');
    const headers = { accept: 'application/fhir+json', prefer: 'respond-async' };
    const answer = await ask(url, { headers: await authorized(token, headers), signal });
    await answer.body?.cancel();
    const status = answer.headers.get('content-location');
    if (answer.status !== 202 || status === null) throw statusFault(serverOf(connection), answer.status);
    const address = new URL(status, url).href;
    requireKnown(address, connection, 'says how far the export is');
    return new BulkExport(connection, token, address, signal);
  }

  /**
   * Waits until the export is ready, and says what files it has.
   * @throws PolkuError SOURCE_CONNECTION, SOURCE_DENIED, SOURCE_BUSY, SOURCE_UNREADABLE,
   * EXTRACTION_INTERRUPTED
   */
  async files(): Promise<readonly BulkFile[]> {
    const { requiresAccessToken, output, error = [] } = await this.ready();
    this.needsToken = requiresAccessToken !== false;
    const files = filesOf(output);
    const failures = filesOf(error);
    if (!files || !failures)
      throw new PolkuError(
        'SOURCE_UNREADABLE',
        `${serverOf(this.connection)} ended the export with an answer that does not list its files.`,
      );
    for (const { url } of [...files, ...failures])
      requireKnown(url, this.connection, 'has a file of the export');
    for (const file of failures) await this.requireHarmless(file);
    return files;
  }

  /** The content of a file, as it arrives. */
  async *download({ type, url }: BulkFile): AsyncGenerator<Buffer> {
    const what = `${type} of the FHIR server`;
    const headers = { accept: 'application/fhir+ndjson' };
    const answer = await ask(url, {
      headers: this.needsToken ? await authorized(this.token, headers) : headers,
      signal: this.signal,
      isLong: true,
    });
    if (answer.status !== 200 || !answer.body) {
      await answer.body?.cancel();
      throw statusFault(what, answer.status);
    }
    try {
      for await (const bytes of answer.body) yield Buffer.from(bytes as Uint8Array);
    } catch (cause) {
      throw fhirFault(what, cause);
    }
  }

  /** Tells the server that it may delete the files. What fails then changes nothing. */
  async end(): Promise<void> {
    try {
      const headers = await authorized(this.token, {});
      const answer = await ask(this.status, { method: 'DELETE', headers });
      await answer.body?.cancel();
    } catch {
      // The server deletes them later by itself.
    }
  }

  private async ready(): Promise<ExportManifest> {
    const what = serverOf(this.connection);
    const latest = Date.now() + MOST_HOURS * 3_600_000;
    while (Date.now() < latest) {
      const headers = await authorized(this.token, { accept: 'application/json' });
      const answer = await ask(this.status, { headers, signal: this.signal });
      if (answer.status === 200) return (await jsonOf(answer, what)) ?? {};
      await answer.body?.cancel();
      if (answer.status !== 202 && answer.status !== 429 && answer.status !== 503)
        throw statusFault(what, answer.status);
      await wait(1000 * secondsOf(answer.headers.get('retry-after')), undefined, {
        ...(this.signal && { signal: this.signal }),
      });
    }
    throw new PolkuError('SOURCE_BUSY', `${what} did not end the export within ${MOST_HOURS} hours.`);
  }

  /**
   * Reads what a server reports next to an export. If something could not be exported, people in it would be
   * missing without a trace.
   */
  private async requireHarmless(file: BulkFile): Promise<void> {
    const lines = readJsonLines(this.download(file), {
      name: 'the report of the FHIR server',
      columns: ['issue.severity'],
      where: new Map([['issue.severity', (values) => values.some((value) => FAILURES.includes(value))]]),
    });
    for await (const { rowNumbers, rejected } of lines)
      if (rowNumbers.length + rejected.length > 0)
        throw new PolkuError(
          'SOURCE_UNREADABLE',
          `${serverOf(this.connection)} reports that it could not export everything, so nothing of it was used. Its ` +
            'administrators find the cause in the log of the server.',
        );
  }
}

interface Asking {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** A download may take longer than an answer. */
  readonly isLong?: boolean;
}

async function ask(
  url: URL | string,
  { method = 'GET', headers, signal, isLong }: Asking,
): Promise<Response> {
  const limit = isLong ? [] : [AbortSignal.timeout(ANSWER_MILLISECONDS)];
  try {
    return await fetch(url, {
      method,
      headers,
      // The token would follow to another server.
      redirect: 'error',
      signal: AbortSignal.any([...limit, ...(signal ? [signal] : [])]),
    });
  } catch (cause) {
    throw fhirFault(`The FHIR server at ${new URL(url).origin}`, cause);
  }
}

async function authorized(
  token: BackendToken,
  headers: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  return { ...headers, authorization: `Bearer ${await token.get()}` };
}

/**
 * A server names addresses that Polku then asks, with its token: only those of the server itself, or of a
 * server that the connection names.
 */
function requireKnown(address: string, { server, fileServers }: FhirConnection, what: string): void {
  if (isSafeAddress(address) && [new URL(server).origin, ...fileServers].includes(new URL(address).origin))
    return;
  throw new PolkuError(
    'SOURCE_UNREADABLE',
    `The FHIR server names another server that ${what}. If it may be asked, add its address to "fileServers" of the connection.`,
  );
}

function serverOf({ server }: FhirConnection): string {
  return `The FHIR server at ${new URL(server).origin}`;
}

/** The files of a list of a manifest; undefined if it is not one. */
function filesOf(list: unknown): readonly BulkFile[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const files = list.map((entry: unknown) => {
    const { type, url, count } = (entry ?? {}) as Partial<Record<keyof BulkFile, unknown>>;
    if (typeof type !== 'string' || typeof url !== 'string' || !URL.canParse(url)) return undefined;
    return { type, url, count: Number.isInteger(count) ? (count as number) : undefined };
  });
  return files.every((file) => file !== undefined) ? files : undefined;
}

/** Seconds of Retry-After, which may also be a date. */
function secondsOf(retryAfter: string | null): number {
  if (retryAfter === null) return WAIT_SECONDS;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? WAIT_SECONDS : Math.min(MOST_WAIT_SECONDS, Math.max(0, seconds));
}
