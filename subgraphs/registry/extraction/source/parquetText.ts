import type { DuckDBBlobValue } from '@duckdb/node-api';

/** How the values of a Parquet column become texts, one text for each value whatever its type. */
export interface ParquetText {
  /** What is read, as SQL over the column. */
  select(column: string): string;
  /** The text of a value that is not null; undefined where its bytes are no text. */
  write(value: unknown): string | undefined;
}

/** Above these whole numbers several are one as FLOAT or DOUBLE: an id has lost digits there. */
const EXACT_FLOAT = 2 ** 24;
const EXACT_DOUBLE = 2 ** 53;

const NESTED = /\[|^(?:STRUCT|MAP|UNION|VARIANT|GEOMETRY)/;

/** Whether a column of this type says by itself what days it holds. */
export function isDayOrTime(type: string): boolean {
  return type === 'DATE' || type.startsWith('TIMESTAMP');
}

/**
 * How a column of DuckDB's type is read; undefined where a value is a list or a record.
 * @param hasZone whether the mapping says the zone of times that have none; midnight is a time then, and else a day
 */
export function parquetText(type: string, hasZone: boolean): ParquetText | undefined {
  if (NESTED.test(type)) return undefined;
  switch (type) {
    case 'BLOB':
      return { select: asItIs, write: decode };
    case 'DOUBLE':
      return { select: asItIs, write: (value) => writeFloat(value as number, EXACT_DOUBLE) };
    case 'FLOAT':
      // By its shortest text: as a DOUBLE 0.1 is 0.10000000149011612.
      return {
        select: (column) => `${column}::VARCHAR::DOUBLE`,
        write: (value) => writeFloat(value as number, EXACT_FLOAT),
      };
    case 'DATE':
      return { select: (column) => `${within(column, 'DATE')}::VARCHAR`, write: String };
    case 'TIMESTAMP WITH TIME ZONE':
      return {
        select: (column) => `${within(`make_timestamp(epoch_us(${column}))`, 'TIMESTAMP')}::VARCHAR`,
        write: (value) => `${writeTime(value as string)}Z`,
      };
    case 'TIMESTAMP_NS':
      return { select: asText, write: localTime(hasZone) };
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
      return {
        select: (column) => `${within(`${column}::TIMESTAMP`, 'TIMESTAMP')}::VARCHAR`,
        write: localTime(hasZone),
      };
    default:
      return type.startsWith('DECIMAL')
        ? { select: asText, write: (value) => withoutTrailingZeros(value as string) }
        : { select: asText, write: String };
  }
}

const asItIs = (column: string) => column;
const asText = (column: string) => `${column}::VARCHAR`;

/** Days and times that four digits of a year can write; those beyond are the first or the last, and infinity is none. */
function within(value: string, type: 'DATE' | 'TIMESTAMP'): string {
  const last = type === 'DATE' ? '9999-12-31' : '9999-12-31 23:59:59.999999';
  return `CASE WHEN isfinite(${value}) THEN greatest(least(${value}, ${type} '${last}'), ${type} '0001-01-01') END`;
}

/** 2012-05-14 22:30:00.500 -> 2012-05-14T22:30:00.5 */
function writeTime(text: string): string {
  return withoutTrailingZeros(text).replace(' ', 'T');
}

const MIDNIGHT = /T00:00:00$/;

function localTime(hasZone: boolean): (value: unknown) => string {
  return (value) => {
    const time = writeTime(value as string);
    return hasZone ? time : time.replace(MIDNIGHT, '');
  };
}

/** 101.0 -> 101, as whole numbers are written; a number that has lost digits keeps its exponent, so that it is no id. */
function writeFloat(value: number, exact: number): string {
  if (Number.isNaN(value)) return '';
  if (Number.isInteger(value) && Math.abs(value) >= exact) return value.toExponential();
  const text = String(value);
  return text.includes('e') ? withoutTrailingZeros(value.toFixed(20)) : text;
}

/** 101.00 -> 101, 412.50 -> 412.5 */
function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(value: unknown): string | undefined {
  try {
    return utf8.decode((value as DuckDBBlobValue).bytes);
  } catch {
    return undefined;
  }
}
