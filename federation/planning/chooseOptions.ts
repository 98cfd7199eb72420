import { type Cost, FREE, isCheaper } from './cost.js';
import type { FieldOption } from './fieldOption.js';

/** Up to so many requests, all sets of them are compared. Of more, one after the other is left out. */
const COMPARED = 5;
/** As many requests as there are bits in a set. Options in further ones are not considered. */
const MAX_REQUESTS = 30;

interface Chosen {
  readonly options: readonly FieldOption[];
  readonly cost: Cost;
}

/** An option with what is compared. */
interface Candidate {
  readonly option: FieldOption;
  /** The bit of its request: options in one request share its cost. */
  readonly request: number;
  readonly levels: number;
  /** Requests that lead to it, and those that only this field needs. */
  readonly open: number;
  readonly own: number;
  readonly isLocal: boolean;
}

const NOTHING: Chosen = { options: [], cost: FREE };

/**
 * Chooses one option for each field, so that levels are fewest, and then requests. Fields of one subgraph
 * share its request, so this is a facility location problem. It is small: one object, and the subgraphs that
 * know its type.
 */
export function chooseOptions(fields: readonly (readonly FieldOption[])[]): Chosen {
  if (fields.length === 0) return NOTHING;
  const requests = new Map<number, number>();
  const candidates = fields.map((options) =>
    options.flatMap((option) => candidateOf(option, requests) ?? []),
  );
  let forced = 0;
  for (const [first, ...others] of candidates) {
    if (others.length === 0) forced |= first!.request;
    for (const { isLocal, request } of [first!, ...others]) if (isLocal) forced |= request;
  }
  const all = 2 ** requests.size - 1;
  const free = [...requests.values()].filter((request) => !(forced & request));
  if (free.length === 0) return chosenOf(candidates, all);
  let best: Cost | undefined;
  let open = all;
  const consider = (set: number): boolean => {
    const cost = costOf(candidates, set);
    if (!cost || (best && !isCheaper(cost, best))) return false;
    [best, open] = [cost, set];
    return true;
  };
  if (free.length <= COMPARED) {
    for (let chosen = 0; chosen < 1 << free.length; chosen++) {
      let set = forced;
      for (let index = 0; index < free.length; index++) if (chosen & (1 << index)) set |= free[index]!;
      consider(set);
    }
    return chosenOf(candidates, open);
  }
  consider(all);
  for (let improved = true; improved;) {
    improved = false;
    for (const request of free) if (open & request && consider(open & ~request)) improved = true;
  }
  return chosenOf(candidates, open);
}

function candidateOf(option: FieldOption, requests: Map<number, number>): Candidate | undefined {
  const { node, isRequiring, open, before, below } = option;
  const key = node.id * 2 + (isRequiring ? 1 : 0);
  let request = requests.get(key);
  if (request === undefined) {
    if (requests.size === MAX_REQUESTS) return undefined;
    requests.set(key, (request = 1 << requests.size));
  }
  return {
    option,
    request,
    levels: open.levels + below.levels,
    open: open.fetches,
    own: before.fetches + below.fetches,
    isLocal: open === FREE && !isRequiring,
  };
}

/** The cost if only some requests are made; undefined where a field has no option then. */
function costOf(fields: readonly (readonly Candidate[])[], open: number): Cost | undefined {
  const levels = levelsOf(fields, open);
  if (levels === Infinity) return undefined;
  let fetches = 0;
  let used = 0;
  for (const candidates of fields) {
    const { own, request, open: opening } = cheapest(candidates, open, levels);
    fetches += own;
    if (!(used & request)) fetches += opening;
    used |= request;
  }
  return { levels, fetches };
}

function chosenOf(fields: readonly (readonly Candidate[])[], open: number): Chosen {
  const levels = levelsOf(fields, open);
  return {
    options: fields.map((candidates) => cheapest(candidates, open, levels).option),
    cost: costOf(fields, open)!,
  };
}

function levelsOf(fields: readonly (readonly Candidate[])[], open: number): number {
  let most = 0;
  for (const candidates of fields) {
    let fewest = Infinity;
    for (const { request, levels } of candidates) if (open & request && levels < fewest) fewest = levels;
    if (fewest > most) most = fewest;
  }
  return most;
}

/** The option with the fewest requests of its own that needs no more levels than others do anyway. */
function cheapest(candidates: readonly Candidate[], open: number, levels: number): Candidate {
  let best: Candidate | undefined;
  for (const one of candidates) {
    if (!(open & one.request) || one.levels > levels) continue;
    if (!best || one.own < best.own || (one.own === best.own && one.isLocal)) best = one;
  }
  return best!;
}
