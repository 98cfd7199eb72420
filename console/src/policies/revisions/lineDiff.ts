/** A line of a difference. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  /** Its number before and after; undefined where it is not. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Compares more lines pairwise than this only as two blocks: time and memory grow with the product. */
const MOST_PAIRS = 4_000_000;

/** The shortest difference of two texts by lines (longest common subsequence). */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let tail = 0;
  while (
    tail < Math.min(old.length, now.length) - start &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail++;
  const [oldEnd, nowEnd] = [old.length - tail, now.length - tail];
  return [
    ...sameLines(old, 0, start, 0),
    ...diffMiddle(old.slice(start, oldEnd), now.slice(start, nowEnd), start),
    ...sameLines(old, oldEnd, old.length, nowEnd - oldEnd),
  ];
}

/** Leaves out equal lines that are further than `context` lines from a change; undefined marks a gap. */
export function nearChanges(lines: readonly DiffLine[], context = 3): readonly (DiffLine | undefined)[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== 'same'),
  );
  return lines.flatMap((line, index) => {
    if (isNear[index]) return [line];
    return index === 0 || isNear[index - 1] ? [undefined] : [];
  });
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function sameLines(lines: readonly string[], from: number, to: number, shift: number): readonly DiffLine[] {
  return lines.slice(from, to).map((text, index) => ({
    kind: 'same',
    text,
    before: from + index + 1,
    after: from + index + shift + 1,
  }));
}

function diffMiddle(old: readonly string[], now: readonly string[], start: number): readonly DiffLine[] {
  const removed = (index: number): DiffLine => ({
    kind: 'removed',
    text: old[index]!,
    before: start + index + 1,
    after: undefined,
  });
  const added = (index: number): DiffLine => ({
    kind: 'added',
    text: now[index]!,
    before: undefined,
    after: start + index + 1,
  });
  if (old.length * now.length > MOST_PAIRS)
    return [...old.map((_, index) => removed(index)), ...now.map((_, index) => added(index))];
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] =
        old[i] === now[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: 'same', text: old[i]!, before: start + i + 1, after: start + j + 1 });
      i++;
      j++;
    } else if (
      i < old.length &&
      (j === now.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
    )
      lines.push(removed(i++));
    else lines.push(added(j++));
  }
  return lines;
}
