import { PolkuError } from '../../../../lib/errors.js';
import { mapGenerator } from '../../../../lib/mapGenerator.js';
import { type FhirServerFormat, type Mapping, type RowSource, rowSources } from '../../mapping/mapping.js';
import { throwIfStopped } from '../../progressMeter.js';
import { rewriteReferences } from '../json/fhirReference.js';
import { codesById } from '../json/patientCodes.js';
import { readJsonLines } from '../json/readJsonLines.js';
import type { ReadBatch } from '../rowBatch.js';
import { lastRow, type RowsPart, RowsOfParts } from '../rowsOfParts.js';
import type { Source, SourceAccess, SourceRows } from '../source.js';
import { BackendToken } from './backendToken.js';
import { BulkExport, type BulkFile } from './bulkExport.js';
import { type FhirConnection, parseFhirConnection } from './fhirConnection.js';

/**
 * Opens a FHIR server. All tables are read from one export, which is asked for when the first row is read.
 * @throws PolkuError SECRET_INVALID, SOURCE_CONNECTION, SOURCE_DENIED, SOURCE_UNREADABLE
 */
export async function withFhirServer<Result>(
  mapping: Mapping,
  format: FhirServerFormat,
  { connection: secretOf, signal }: SourceAccess,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  if (!secretOf) throw new Error('An extraction from a server needs the option `connection`.');
  const connection = parseFhirConnection(await secretOf(format.connection), format.connection);
  const types = [...new Set(rowSources(mapping).map(({ text }) => text))].sort();
  const token = await BackendToken.open(connection, types);
  // Also tells whether the client is let in, before anything else begins.
  await token.get();
  const source = new FhirServerSource(connection, token, format, types, signal);
  try {
    return await work(source);
  } catch (cause) {
    throwIfStopped(signal);
    throw cause;
  } finally {
    await source.end();
  }
}

/** A file of the export, which counts as one part in a list of rejects. */
interface Part extends RowsPart, BulkFile {}

class FhirServerSource implements Source {
  /** Nothing on a server says that its people are synthetic. */
  readonly synthetic = false;
  /** It is read only once. */
  readonly fingerprint = undefined;
  readonly place: string;
  private begun: Promise<BulkExport> | undefined;
  private listed: Promise<readonly BulkFile[]> | undefined;
  private patients: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(
    private readonly connection: FhirConnection,
    private readonly token: BackendToken,
    private readonly format: FhirServerFormat,
    private readonly types: readonly string[],
    private readonly signal: AbortSignal | undefined,
  ) {
    const { server, clientId } = connection;
    this.place = `the FHIR server ${server}, as ${clientId}`;
  }

  open(source: RowSource, columns: readonly string[]): Promise<SourceRows> {
    let rows: RowsOfParts<Part> | undefined;
    const begin = async () => (rows = await this.rowsOf(source, columns));
    return Promise.resolve({
      // An export says only when it is ready how large it is.
      size: 0,
      description: `${source.text} of ${this.connection.server}/${this.connection.operation}`,
      types: new Map<string, string>(),
      typedDays: new Set<string>(),
      placeOf: (row) => rows!.placeOf(row),
      unseen: () => rows?.unseen ?? [],
      read: async function* () {
        yield* (await begin()).read();
      },
    });
  }

  async end(): Promise<void> {
    const begun = await this.begun?.catch(() => undefined);
    await begun?.end();
  }

  /** The rows of one type of resource, over all its files. */
  private async rowsOf(source: RowSource, columns: readonly string[]): Promise<RowsOfParts<Part>> {
    const { text: type, where } = source;
    const files = (await this.files()).filter((file) => file.type === type);
    const codes = source === this.format.patients?.source ? undefined : await this.codesOfPatients();
    const parts = files.map((file, index) => ({
      ...file,
      file: `${type}-${index + 1}`,
      size: file.count ?? 1,
    }));
    const exported = await this.begun!;
    return new RowsOfParts(parts, (part) =>
      whole(
        part,
        readJsonLines(exported.download(part), {
          name: part.file,
          columns,
          where,
          rewrite: rewriteReferences(codes),
        }),
      ),
    );
  }

  private files(): Promise<readonly BulkFile[]> {
    this.begun ??= BulkExport.begin(this.connection, this.token, this.types, this.signal);
    return (this.listed ??= this.begun.then((exported) => exported.files()));
  }

  /** The codes of all patients, read once. */
  private codesOfPatients(): Promise<ReadonlyMap<string, string>> | undefined {
    const { patients } = this.format;
    if (!patients) return undefined;
    return (this.patients ??= this.rowsOf(patients.source, ['id', patients.code]).then((rows) =>
      codesById(rows.read()),
    ));
  }
}

/**
 * Passes a file's rows on, and compares their number with the one that the server named.
 * @throws PolkuError SOURCE_UNREADABLE
 */
async function* whole(
  { file, count }: Part,
  batches: ReturnType<typeof readJsonLines>,
): AsyncGenerator<ReadBatch, readonly string[]> {
  let rows = 0;
  const unseen = yield* mapGenerator(batches, (batch) => {
    rows = Math.max(rows, lastRow(batch));
    return { ...batch, share: Math.min(1, rows / Math.max(1, count ?? 1)) };
  });
  if (count !== undefined && rows !== count)
    throw new PolkuError(
      'SOURCE_UNREADABLE',
      `${file} has ${rows} resources, and the FHIR server said ${count}. Nothing of it was used; run the command again.`,
      { file, rows, count },
    );
  return unseen;
}
