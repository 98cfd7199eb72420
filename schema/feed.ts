/** A column of a feed. Typed arrays travel by reference in one process and as base64 between processes. */
export type FeedColumn =
  | Uint8Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | readonly (string | null)[];
export type FeedColumns = Readonly<Record<string, FeedColumn>>;

const typedArrays = {
  Uint8Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
};
type TypedArrayName = keyof typeof typedArrays;
type WireColumn = readonly (string | null)[] | { type: TypedArrayName; base64: string };

/** The JSON form of a feed. */
interface WireFeed {
  state: 'data' | 'withheld' | 'failed';
  columns?: Record<string, WireColumn>;
}

/**
 * The columns that one registry gives to a derived type. If they form a table, they have the same length. A
 * feed is `withheld` if its owner does not release it, and `failed` if it did not arrive. It is the value of
 * the scalar `Feed`; see docs/decisions/feeds.md.
 */
export class Feed {
  static readonly withheld = new Feed('withheld', {});
  static readonly failed = new Feed('failed', {});

  private constructor(
    readonly state: 'data' | 'withheld' | 'failed',
    readonly columns: FeedColumns,
  ) {}

  static data(columns: FeedColumns): Feed {
    return new Feed('data', columns);
  }

  /** Reads a feed from an entity representation. Any other value becomes a failed feed. */
  static from(value: unknown): Feed {
    if (value instanceof Feed) return value;
    if (typeof value !== 'object' || value === null) return Feed.failed;
    const wire = value as Partial<WireFeed>;
    if (wire.state === 'withheld') return Feed.withheld;
    if (wire.state !== 'data' || typeof wire.columns !== 'object' || wire.columns === null)
      return Feed.failed;
    const columns: Record<string, FeedColumn> = {};
    for (const [name, column] of Object.entries(wire.columns)) {
      const read = readColumn(column);
      if (!read) return Feed.failed;
      columns[name] = read;
    }
    return Feed.data(columns);
  }

  toJSON(): WireFeed {
    if (this.state !== 'data') return { state: this.state };
    const columns = Object.entries(this.columns).map(([name, column]) => [name, writeColumn(column)]);
    return { state: 'data', columns: Object.fromEntries(columns) as Record<string, WireColumn> };
  }
}

function writeColumn(column: FeedColumn): WireColumn {
  if (!ArrayBuffer.isView(column)) return column;
  const type = column.constructor.name as TypedArrayName;
  return {
    type,
    base64: Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64'),
  };
}

function readColumn(column: unknown): FeedColumn | undefined {
  if (Array.isArray(column)) return column as readonly (string | null)[];
  if (typeof column !== 'object' || column === null) return undefined;
  const { type, base64 } = column as { type?: unknown; base64?: unknown };
  if (typeof base64 !== 'string' || typeof type !== 'string' || !Object.hasOwn(typedArrays, type))
    return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const TypedArray = typedArrays[type as TypedArrayName];
  if (bytes.byteLength % TypedArray.BYTES_PER_ELEMENT !== 0) return undefined;
  return new TypedArray(new Uint8Array(bytes).buffer);
}
