import { type Cost, FREE, inTurn, isCheaper } from './cost.js';
import type { Option } from './costs.js';

/** Up to so many subgraphs, all sets of them are compared. Of more, the best is added step by step. */
const COMPARED = 5;

interface Chosen {
  readonly options: readonly Option[];
  readonly cost: Cost;
}

const NOTHING: Chosen = { options: [], cost: FREE };

/**
 * Chooses one option for each field, so that levels are fewest, and then requests. Fields of one subgraph
 * share its request, so this is a facility location problem. It is small: one object, and the subgraphs that
 * know its type.
 */
export function chooseOptions(fields: readonly (readonly Option[])[]): Chosen {
  if (fields.length === 0) return NOTHING;
  const only = evaluateOnly(fields);
  if (only) return only;
  const forced = new Set<number>();
  const free = new Set<number>();
  for (const options of fields) if (options.length === 1) forced.add(requestOf(options[0]!));
  for (const options of fields) for (const option of options) if (isLocal(option)) forced.add(requestOf(option));
  for (const options of fields)
    for (const option of options) if (!forced.has(requestOf(option))) free.add(requestOf(option));
  const candidates = [...free];
  let best: Chosen | undefined;
  const consider = (open: ReadonlySet<number>): boolean => {
    const chosen = evaluate(fields, open);
    if (!chosen || (best && !isCheaper(chosen.cost, best.cost))) return false;
    best = chosen;
    return true;
  };
  if (candidates.length <= COMPARED) {
    for (let set = 0; set < 1 << candidates.length; set++)
      consider(new Set([...forced, ...candidates.filter((_, index) => set & (1 << index))]));
    return best!;
  }
  consider(new Set([...forced, ...candidates]));
  for (let open = new Set([...forced, ...candidates]), improved = true; improved; ) {
    improved = false;
    for (const request of candidates) {
      const fewer = new Set(open);
      if (!fewer.delete(request) || !consider(fewer)) continue;
      open = fewer;
      improved = true;
    }
  }
  return best!;
}

/** The best choice if only some requests are made; undefined where a field has no option then. */
function evaluate(fields: readonly (readonly Option[])[], open: ReadonlySet<number>): Chosen | undefined {
  let levels = 0;
  for (const options of fields) {
    let fewest = Infinity;
    for (const option of options)
      if (open.has(requestOf(option))) fewest = Math.min(fewest, levelsOf(option));
    if (fewest === Infinity) return undefined;
    levels = Math.max(levels, fewest);
  }
  let fetches = 0;
  const used = new Set<number>();
  const chosen = fields.map((options) => {
    let best: Option | undefined;
    for (const option of options) {
      if (!open.has(requestOf(option)) || levelsOf(option) > levels) continue;
      if (!best || own(option) < own(best) || (own(option) === own(best) && isLocal(option))) best = option;
    }
    const request = requestOf(best!);
    fetches += own(best!) + (used.has(request) ? 0 : best!.open.fetches);
    used.add(request);
    return best!;
  });
  return { options: chosen, cost: { levels, fetches } };
}

function isLocal({ open, isRequiring }: Option): boolean {
  return open === FREE && !isRequiring;
}

function levelsOf({ open, below }: Option): number {
  return inTurn(open, below).levels;
}

/** Requests that only this field needs. */
function own({ before, below }: Option): number {
  return before.fetches + below.fetches;
}

/** Options with the same number share a request. */
function requestOf({ node, isRequiring }: Option): number {
  return node.id * 2 + (isRequiring ? 1 : 0);
}

/** The only choice, where each field has one option. */
function evaluateOnly(fields: readonly (readonly Option[])[]): Chosen | undefined {
  let levels = 0;
  let fetches = 0;
  const used = new Set<number>();
  const options: Option[] = [];
  for (const [option, other] of fields) {
    if (other) return undefined;
    options.push(option!);
    levels = Math.max(levels, levelsOf(option!));
    fetches += own(option!);
    const request = requestOf(option!);
    if (used.has(request)) continue;
    used.add(request);
    fetches += option!.open.fetches;
  }
  return { options, cost: { levels, fetches } };
}
