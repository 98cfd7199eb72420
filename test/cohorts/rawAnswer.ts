import type {
  Dimension,
  GroupQuestion,
  OpenDimension,
  ProtectedAnswer,
  ProtectedTable,
  TableRequest,
} from '../../disclosure-control/groupQuestion.js';

/** Answers every number without protection, zero included. Disclosure control prevents exactly this. */
export function rawAnswer({ tables, parameters }: GroupQuestion): Promise<ProtectedAnswer> {
  return Promise.resolve({
    tables: tables.map(rawTable),
    protection: { parameters, smallestCount: 0, questionsLeft: 0 },
  });
}

function rawTable({ members, dimensions }: TableRequest): ProtectedTable {
  const values: number[] = [];
  const closed = dimensions.map((dimension): Dimension => {
    if ('codes' in dimension) return dimension;
    values.push(...valuesOf(dimension, members));
    const codes = Uint32Array.from(dimension.values, (value) => {
      if (Number.isNaN(value)) return values.length + 1;
      return values.includes(value) ? values.indexOf(value) : values.length;
    });
    return { size: values.length + 1, codes };
  });
  return { counts: rawCounts(members, closed), values };
}

/** The most frequent values of members. */
function valuesOf({ values, most }: OpenDimension, members: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  values.forEach((value, unit) => {
    if (isIn(members, unit) && !Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  });
  const common = [...counts].sort(([, a], [, b]) => b - a).slice(0, most);
  return common.map(([value]) => value);
}

function rawCounts(members: Uint32Array, dimensions: readonly Dimension[]): readonly number[] {
  const sizes = dimensions.map(({ size }) => size + 1);
  const counts = new Array<number>(sizes.reduce((product, size) => product * size, 1)).fill(0);
  for (let unit = 0; unit < members.length * 32; unit++) {
    if (!isIn(members, unit)) continue;
    if (dimensions.some(({ size, codes }) => codes[unit]! >= size)) continue;
    const cells = dimensions.reduce<number[]>(
      (so, { size, codes }) =>
        so.flatMap((cell) => [codes[unit]!, size].map((code) => cell * (size + 1) + code)),
      [0],
    );
    for (const cell of cells) counts[cell]!++;
  }
  return counts;
}

function isIn(members: Uint32Array, unit: number): boolean {
  return ((members[unit >>> 5]! >>> (unit & 31)) & 1) === 1;
}
