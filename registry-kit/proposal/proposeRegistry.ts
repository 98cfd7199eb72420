import { PolkuError } from '../../lib/errors.js';
import { type ColumnProfile, profileColumns } from './columnProfile.js';
import { type ProposedFiles, writeProposal } from './proposedFiles.js';
import { distinctName, type ProposedTable, proposeTable } from './proposeTable.js';
import type { Sample } from './sample.js';

/** A proposed folder, and what to tell its writer: names, kinds and counts. */
export interface Proposal {
  readonly files: ProposedFiles;
  readonly tables: readonly ProposedTable[];
  /** What a column of each source looks like. */
  readonly profiles: ReadonlyMap<string, readonly ColumnProfile[]>;
}

/**
 * Proposes a registry from its sources. The first has the contacts. The rows of another belong to a contact
 * if one of its columns names contacts, and to the person otherwise.
 * @param schemas the folder of the JSON Schemas, as seen from the proposed folder
 * @throws PolkuError SOURCE_COLUMNS if a source cannot be a table
 */
export async function proposeRegistry(
  registry: string,
  samples: readonly Sample[],
  schemas: string,
): Promise<Proposal> {
  const profiles = new Map<string, readonly ColumnProfile[]>();
  const tables: ProposedTable[] = [];
  const names = new Set(['contacts', 'careRelationships', 'objections']);
  for (const sample of samples) {
    const columns = await profileColumns(sample);
    profiles.set(sample.source, columns);
    const [contacts] = tables;
    const name = contacts ? distinctName(nameOf(sample), names) : 'contacts';
    const table = proposeTable(name, sample, columns, contacts && recordsOf(contacts));
    if (typeof table === 'string')
      throw new PolkuError('SOURCE_COLUMNS', `${table} It cannot be a table of a registry.`, {
        file: sample.source,
      });
    tables.push(table);
  }
  return { files: writeProposal(registry, samples[0]!.format, tables, schemas), tables, profiles };
}

/** Without what follows the name of a file, or the schema of a table. */
function nameOf({ kind, source }: Sample): string {
  return kind === 'table' ? source.replace(/^.*\./, '') : source.replace(/[-.].*$/, '');
}

function recordsOf({ name, columns }: ProposedTable): { name: string; ids: ReadonlyMap<string, number> } {
  const ids = columns.find((column) => column.name === 'id')?.profile?.counts ?? new Map<string, number>();
  return { name, ids };
}
