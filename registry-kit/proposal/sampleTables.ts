import { databaseTypeOf } from '../extraction/source/databases/connectionUrl.js';
import { withDatabase } from '../extraction/source/databases/databaseSource.js';
import { type Sample, SAMPLE_ROWS } from './sample.js';

/**
 * Opens tables or views of a database, and passes them to the work.
 * @param tables with their schemas, such as clinic.visits
 * @param secret the name of the secret that holds the URL of the database
 * @throws PolkuError SECRET_INVALID, SOURCE_CONNECTION, SOURCE_DENIED, SOURCE_UNREADABLE, SOURCE_BUSY
 */
export async function withTables<Result>(
  tables: readonly string[],
  secret: string,
  connection: (name: string) => Promise<string>,
  work: (samples: readonly Sample[]) => Promise<Result>,
): Promise<Result> {
  const type = databaseTypeOf(await connection(secret), secret);
  return withDatabase({ type, connection: secret }, { connection }, async (source) => {
    const samples: Sample[] = [];
    for (const table of tables) {
      const { columns, read } = await source.look(table, SAMPLE_ROWS);
      samples.push({
        kind: 'table',
        source: table,
        format: { type, connection: secret },
        columns,
        rows: async function* () {
          for await (const batch of read()) yield batch.columns;
        },
      });
    }
    return work(samples);
  });
}
