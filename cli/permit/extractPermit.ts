import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { AuditLog } from '../../gateway/audit/auditLog.js';
import type { AuditOutcome, PersonDigests } from '../../gateway/audit/auditRecord.js';
import { decisionRecord } from '../../gateway/audit/requestRecord.js';
import { type Domain, seal } from '../../gateway/pseudonyms.js';
import { formatDay } from '../../lib/calendar.js';
import { withMemoryDatabase } from '../../lib/duckdb.js';
import { PolkuError } from '../../lib/errors.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Decision } from '../../policies/engine/decision.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { ContactKey, PersonKey } from '../../schema/keys.js';
import type { Subgraph } from '../../schema/subgraph.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { checkTable, type OutputCheck } from './outputCheck.js';
import { permitQuery, type PermitTable, permitTables, PermitWriter } from './permitTables.js';
import { heldFolder, type PermitManifest } from './permitManifest.js';

/** Persons per request, because a registry limits the number of objects in an answer. */
const BATCH = 200;

export interface PermitExtraction {
  /** The permit's number. */
  readonly permit: string;
  /** The role of its holder; the owners' grants name roles. */
  readonly role: string;
  /** Who runs the extraction, for the audit record. */
  readonly by: string;
  /** The folder of the released extract. It must not exist, or must be empty; so must its held folder. */
  readonly out: string;
  /** Describes the extract for catalogues, as JSON-LD. */
  readonly describe: (manifest: PermitManifest) => object;
  readonly policy: Policy;
  /** The registries. */
  readonly subgraphs: readonly Subgraph[];
  /** All persons of the population register. */
  readonly persons: Uint32Array;
  readonly domainOf: (name: { purpose: string; recipient: string; permit: string }) => Domain;
  readonly auditLog: AuditLog;
  readonly personDigests: PersonDigests;
  readonly onProgress?: (persons: number) => void;
}

/**
 * Extracts the data of a research permit as Parquet files with a manifest, through the registries' own
 * enforcement and under ids of the permit's pseudonymisation domain. Each batch of persons has its audit
 * record before the files appear. The files are held until a second person releases them
 * (releasePermit.ts).
 * @throws PolkuError PERMIT_OPENS_NOTHING, OUTPUT_EXISTS, AUDIT_UNAVAILABLE
 */
export async function extractPermit(extraction: PermitExtraction): Promise<PermitManifest> {
  const { policy, out, subgraphs, persons } = extraction;
  const permit = policy.model.permits.get(extraction.permit);
  const requester = { roles: [extraction.role], permit: extraction.permit };
  const { purpose = '', recipient = '' } = permit ?? {};
  const decision = policy.decide({ ...requester, purpose, recipient }, new Date());
  const names = subgraphs.map(({ name }) => name);
  const tables = permit ? permitTables(policy.model.graph, decision, names) : [];
  if (!permit || tables.length === 0) throw opensNothing(extraction, permit !== undefined);
  const held = heldFolder(out);
  for (const folder of [out, held])
    if (existsSync(folder) && (await readdir(folder)).length > 0)
      throw new PolkuError('OUTPUT_EXISTS', `${folder} is not empty; name a new folder.`);

  const partial = `${out}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const run = new PermitRun(extraction, tables, decision, { purpose, recipient });
    const written = await withMemoryDatabase(async (connection) => {
      const writers = new Map<PermitTable, PermitWriter>();
      for (const table of tables) writers.set(table, await PermitWriter.create(connection, table));
      for (let from = 0; from < persons.length; from += BATCH) {
        await run.extract(persons.subarray(from, from + BATCH), writers);
        extraction.onProgress?.(Math.min(from + BATCH, persons.length));
      }
      return writeTables(connection, writers, partial, quasiIdentifiers(policy));
    });
    const manifest: PermitManifest = {
      permit: permit.number,
      recipient,
      purpose,
      basis: permit.basis,
      policyRevision: decision.revision,
      extractedBy: extraction.by,
      createdAt: new Date().toISOString(),
      registries: [...new Set(tables.map(({ registry }) => registry))].sort(),
      expires: formatDay(permit.until),
      ...written,
    };
    await writeFile(join(partial, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
    });
    await writeFile(
      join(partial, 'dataset.jsonld'),
      `${JSON.stringify(extraction.describe(manifest), null, 2)}\n`,
      { mode: 0o600 },
    );
    // An empty folder may stand there already.
    for (const folder of [out, held]) await rm(folder, { recursive: true, force: true });
    await rename(partial, held);
    return manifest;
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    throw cause;
  }
}

/** Asks the registries, one batch after another. */
class PermitRun {
  readonly #domain: Domain;
  readonly #queries: ReadonlyMap<
    Subgraph,
    { readonly query: string; readonly tables: readonly PermitTable[] }
  >;
  /** The answers of each registry for the current batch. */
  #fetches: Record<string, number> = {};

  constructor(
    private readonly extraction: PermitExtraction,
    tables: readonly PermitTable[],
    private readonly decision: Decision,
    private readonly holder: { readonly purpose: string; readonly recipient: string },
  ) {
    this.#domain = extraction.domainOf({ ...holder, permit: extraction.permit });
    const asked = extraction.subgraphs.map((subgraph) => {
      const own = tables.filter(({ registry }) => registry === subgraph.name);
      return [subgraph, { query: permitQuery(own), tables: own }] as const;
    });
    this.#queries = new Map(asked.filter(([, { tables: own }]) => own.length > 0));
  }

  async extract(persons: Uint32Array, writers: ReadonlyMap<PermitTable, PermitWriter>): Promise<void> {
    const context = this.#context(randomUUID());
    const received = new Date();
    const read = new Set<PersonKey>();
    this.#fetches = {};
    try {
      for (const [subgraph, { query, tables }] of this.#queries) {
        const entities = await this.#ask(subgraph, query, persons, context);
        entities.forEach((entity, index) => {
          const person = persons[index]!;
          for (const table of tables)
            if (this.#add(table, person, entity ?? {}, writers.get(table)!)) read.add(person);
        });
      }
    } catch (cause) {
      // The record lists everything that registries answered, even if the run failed.
      await this.#record(received, read, context, 'failed');
      throw cause;
    }
    await this.#record(received, read, context, 'answered');
  }

  async #ask(
    subgraph: Subgraph,
    query: string,
    persons: Uint32Array,
    context: DecisionContext,
  ): Promise<readonly (Record<string, unknown> | null)[]> {
    const representations = Array.from(persons, (id) => ({ __typename: 'Person', id }));
    const result = await subgraph.execute({ query, variables: { persons: representations } }, context);
    if (result.data) this.#fetches[subgraph.name] = (this.#fetches[subgraph.name] ?? 0) + 1;
    const [error] = result.errors ?? [];
    if (!error) return (result.data as { _entities: (Record<string, unknown> | null)[] })._entities;
    if (error.extensions['code'] !== 'OPERATION_TOO_LARGE' || persons.length === 1) throw error;
    const half = persons.length >> 1;
    return [
      ...(await this.#ask(subgraph, query, persons.subarray(0, half), context)),
      ...(await this.#ask(subgraph, query, persons.subarray(half), context)),
    ];
  }

  /** Adds the rows of a person to a table. Returns whether there were any. */
  #add(
    { field, hasId }: PermitTable,
    person: PersonKey,
    entity: Record<string, unknown>,
    writer: PermitWriter,
  ): boolean {
    const id = seal(this.#domain, 'PersonID', person);
    if (field === undefined) {
      if (Object.values(entity).every((value) => value === null || typeof value === 'object')) return false;
      writer.add([id], entity);
      return true;
    }
    const records = (entity[field] ?? []) as readonly Record<string, unknown>[];
    for (const record of records)
      writer.add(hasId ? [id, seal(this.#domain, 'ContactID', record['id'] as ContactKey)] : [id], record);
    return records.length > 0;
  }

  async #record(
    received: Date,
    read: ReadonlySet<PersonKey>,
    { decisionId, caller, purpose, revision }: DecisionContext,
    outcome: AuditOutcome,
  ): Promise<void> {
    const tables = [...this.#queries.values()].flatMap((asked) => asked.tables);
    const columns = tables.flatMap((table) => table.columns);
    const text = [...this.#queries.values()].map(({ query }) => query).join('\n');
    const hash = createHash('sha256').update(text).digest('hex');
    await this.extraction.auditLog.append(
      decisionRecord(
        { decisionId, received, caller, roles: caller.roles, purpose, revision },
        {
          outcome,
          codes: [],
          operation: { hash, name: 'PermitExtract' },
          coordinates: columns.map(({ coordinate }) => coordinate),
          masked: columns.filter(({ mask }) => mask).map(({ coordinate }) => coordinate),
          people: this.extraction.personDigests.ofAll(read),
          fetches: this.#fetches,
        },
      ),
    );
  }

  #context(decisionId: string): DecisionContext {
    const { by, role, permit } = this.extraction;
    const { purpose, recipient } = this.holder;
    return {
      decisionId,
      caller: {
        subject: by,
        recipient,
        roles: [role],
        purposes: [purpose],
        employee: undefined,
        units: [],
        permit,
        person: undefined,
      },
      purpose,
      revision: this.decision.revision,
      domain: this.#domain.tag,
      person: undefined,
      breakGlass: undefined,
      language: DEFAULT_LANGUAGE,
    };
  }
}

async function writeTables(
  connection: DuckDBConnection,
  writers: ReadonlyMap<PermitTable, PermitWriter>,
  folder: string,
  quasi: (coordinate: string) => boolean,
): Promise<Pick<PermitManifest, 'tables' | 'check'>> {
  const written: Record<string, PermitManifest['tables'][string]> = {};
  const check: Record<string, OutputCheck[string]> = {};
  for (const [table, writer] of writers) {
    const path = join(folder, `${table.type}.parquet`);
    await writer.write(path);
    check[table.type] = await checkTable(connection, table, quasi);
    written[table.type] = {
      rows: writer.rows,
      sha256: await sha256OfFile(path),
      columns: Object.fromEntries(table.columns.map(({ name, mask }) => [name, mask])),
    };
  }
  return { tables: written, check };
}

/** Whether the owner of a field says that it could help to recognise somebody. */
function quasiIdentifiers(policy: Policy): (coordinate: string) => boolean {
  const found = new Set(
    policy
      .coordinates()
      .flatMap(({ coordinate, classification }) => (classification?.quasi === undefined ? [] : [coordinate])),
  );
  return (coordinate) => found.has(coordinate);
}

function opensNothing({ permit, role }: PermitExtraction, exists: boolean): PolkuError {
  return new PolkuError(
    'PERMIT_OPENS_NOTHING',
    exists
      ? `The permit "${permit}" shows nothing to the role "${role}" today: it has not begun or has ended, or no owner grants what it names. See: polku policy explain --help`
      : `There is no permit "${permit}" in permits.yaml.`,
    { permit },
  );
}
