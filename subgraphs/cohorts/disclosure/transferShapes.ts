/**
 * All ways to take some of the dimensions of a view and put them into groups (suppressTable.ts): those that leave most totals as they
 * are, with each dimension by itself, come first.
 * @param kept bit i: dimension i is in the view
 */
export function transferShapes(kept: number): readonly (readonly (readonly number[])[])[] {
  const known = shapes.get(kept);
  if (known) return known;
  const dimensions = Array.from({ length: 32 - Math.clz32(kept) }, (_, i) => i).filter(
    (i) => (kept >> i) & 1,
  );
  const made = dimensions
    .reduce<number[][][]>(
      (all, dimension) =>
        all.flatMap((groups) => [
          groups,
          [...groups, [dimension]],
          ...groups.map((_, chosen) =>
            groups.map((group, i) => (i === chosen ? [...group, dimension] : group)),
          ),
        ]),
      [[]],
    )
    .filter((groups) => groups.length > 0)
    .sort((a, b) => b.length - a.length);
  shapes.set(kept, made);
  return made;
}

const shapes = new Map<number, readonly (readonly (readonly number[])[])[]>();
