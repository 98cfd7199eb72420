import type {
  GroupQuestion,
  GroupTable,
  ProtectedAnswer,
} from '../../subgraphs/cohorts/disclosure/groupQuestion.js';

/** Answers every number as it is, zero included: what disclosure control keeps anybody from seeing. */
export function rawAnswer({ tables, parameters }: GroupQuestion): Promise<ProtectedAnswer> {
  return Promise.resolve({
    tables: tables.map((table) => ({ counts: rawCounts(table) })),
    protection: { parameters, smallestCount: 0, told: 0, suppressed: 0, questionsLeft: 0 },
  });
}

function rawCounts({ members, dimensions }: GroupTable): readonly number[] {
  const sizes = dimensions.map(({ size }) => size + 1);
  const counts = new Array<number>(sizes.reduce((product, size) => product * size, 1)).fill(0);
  for (let unit = 0; unit < members.length * 32; unit++) {
    if (((members[unit >>> 5]! >>> (unit & 31)) & 1) === 0) continue;
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
