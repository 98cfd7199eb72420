import { isTimeZone } from '../rows/parseValues.js';
import { JsonPathError, parseJsonPath } from '../source/json/jsonPath.js';
import {
  isDatabase,
  isFhirServer,
  type MappingFaults,
  type MappingFile,
  type MappingPath,
  readsJson,
  type RowSource,
  type SourceEntry,
  type SourceFormat,
} from './mapping.js';

/** Attributes of a format, and the types that allow them. */
const FORMAT_ATTRIBUTES: Readonly<
  Record<'delimiter' | 'quote' | 'encoding' | 'connection' | 'patients', readonly SourceFormat['type'][]>
> = {
  delimiter: ['csv'],
  quote: ['csv'],
  encoding: ['csv'],
  connection: ['postgres', 'mariadb', 'fhir'],
  patients: ['fhir'],
};

/** It is put into brackets, so a semicolon would end the statement around it. */
const ONE_SELECT = /^\s*(?:select|with)\b[^]*[^;\s]\s*$/i;

/** Checks what a mapping file says of its source. Faults are collected. */
export class SourceCompiler {
  constructor(
    private readonly written: MappingFile['format'],
    private readonly faults: MappingFaults,
  ) {}

  /** How the source is written. */
  format(): SourceFormat {
    const { written: format } = this;
    const { type, zone, connection } = format;
    if (zone !== undefined && !isTimeZone(zone))
      this.faults.at(
        ['format', 'zone'],
        `"${zone}" is not a time zone. Expected an IANA name, such as UTC or Europe/Helsinki.`,
      );
    const { delimiter = ',', quote = '"', encoding = 'utf-8', patients } = format;
    for (const attribute of ['delimiter', 'quote', 'encoding', 'connection', 'patients'] as const) {
      const types = FORMAT_ATTRIBUTES[attribute];
      if (attribute in format && !types.includes(type))
        this.faults.at(
          ['format', attribute],
          `"${attribute}" is not for type ${type}, only for ${listed(types)}.`,
        );
    }
    switch (type) {
      case 'csv':
        return { type, delimiter, quote, encoding, zone };
      case 'parquet':
        return { type, zone };
      case 'ndjson':
        return { type, zone };
      case 'fhir': {
        const codes = patients && {
          source: this.rowSource('patients', patients, ['format', 'patients']),
          code: this.sourceColumn(patients.code, ['format', 'patients', 'code']),
        };
        return { type, zone, patients: codes, ...(connection !== undefined && { connection }) };
      }
      default:
        if (connection === undefined)
          this.faults.at(
            ['format'],
            `A database (type ${type}) needs "connection": the name of the secret that holds its URL.`,
          );
        return { type, connection: connection ?? '', zone };
    }
  }

  /** What a table is read from: a file of an export, or a table or a query of a database. */
  rowSource(name: string, entry: SourceEntry, path: MappingPath): RowSource {
    const { kinds, expected } = this.expectedSources();
    const given = (['file', 'table', 'query', 'resource'] as const).filter(
      (kind) => entry[kind] !== undefined,
    );
    const kind = given[0] ?? kinds[0]!;
    if (given.length !== 1 || !kinds.includes(kind)) {
      const found = given.length === 0 ? 'neither' : given.map((one) => `"${one}"`).join(' and ');
      const came = given.length === 0 ? '' : ` It has ${found}.`;
      this.faults.at(path, `"${name}" needs exactly one of ${expected} of type ${this.written.type}.${came}`);
    }
    const text = entry[kind] ?? '';
    const where = this.where(entry, [...path, 'where']);
    if (kind !== 'query') return { kind, text, name: text, where };
    if (!ONE_SELECT.test(text))
      this.faults.at(
        [...path, 'query'],
        'A query is one SELECT, or WITH ... SELECT, without a semicolon at its end.',
      );
    return { kind, text, name: `the query of ${name}` };
  }

  /** The rows that are read, where a file has others, too. */
  private where({ where }: SourceEntry, path: MappingPath): RowSource['where'] {
    if (!where) return undefined;
    if (isDatabase(this.written))
      this.faults.at(path, '"where" is for files. Choose the rows of a database by a "query".');
    return new Map(
      Object.entries(where).map(([column, entry]) => {
        const isList = Array.isArray(entry);
        const texts = new Set<string>(
          (isList ? entry : (entry as { not: readonly string[] }).not).map(trimmed),
        );
        const isOne = (values: readonly string[]) => values.some((value) => texts.has(value.trim()));
        return [this.sourceColumn(column, path), isList ? isOne : (values) => !isOne(values)];
      }),
    );
  }

  /** A source column: a name, or a path in JSON, which must be one. */
  sourceColumn(column: string, path: MappingPath): string {
    if (!readsJson(this.written)) return column;
    try {
      parseJsonPath(column);
    } catch (cause) {
      if (!(cause instanceof JsonPathError)) throw cause;
      this.faults.at(path, `${cause.message} A path is like period.start or code.coding[system=...].code.`);
    }
    return column;
  }

  /** What the rows of a table may be read from, and how to say that. */
  private expectedSources(): { readonly kinds: readonly RowSource['kind'][]; readonly expected: string } {
    if (isDatabase(this.written))
      return { kinds: ['table', 'query'], expected: '"table" or "query", as in a database' };
    if (isFhirServer(this.written)) return { kinds: ['resource'], expected: '"resource", as in a server' };
    return { kinds: ['file'], expected: '"file", as in an export' };
  }
}

/** As in "a, b and c". */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}

function trimmed(text: string): string {
  return text.trim();
}
