// Long, because choices, ways to other subgraphs and the division of objects without a key call each other.

import { type Cost, FREE, IMPOSSIBLE, inTurn, isCheaper, isPossible, together } from './cost.js';
import {
  type GraphNode,
  type NodeField,
  type PlaceType,
  type PlanningGraph,
  rootStart,
} from './planningGraph.js';
import { chooseOptions } from './chooseOptions.js';
import type { FieldOption } from './fieldOption.js';
import { PlanMemory } from './planMemory.js';
import { type PlanField, JoinedSelection, PartialSelection, type FieldSelection } from './selection.js';

/** A field, or a part of it, and where it is resolved. */
export interface FieldChoice {
  readonly field: PlanField;
  readonly option: FieldOption;
}

/** How the fields of an object are resolved. */
export interface ObjectPlan {
  readonly choices: readonly FieldChoice[];
  /** Fields that no subgraph can resolve here. */
  readonly missing: readonly PlanField[];
  readonly cost: Cost;
}

/** A way to another subgraph. */
export interface Way {
  readonly node: GraphNode;
  readonly cost: Cost;
  /** The key to send; undefined for a root type. */
  readonly key: FieldSelection | undefined;
}

export interface Ways {
  readonly to: ReadonlyMap<number, Way>;
  /** The way back into the subgraph where the object comes from. */
  readonly back: Way | undefined;
}

/** What the objects of an interface have in common, where only the interface is known. */
export interface InterfaceParts {
  readonly common: FieldSelection;
  /** What needs the type of each object; undefined if nothing does. */
  readonly typed: FieldSelection | undefined;
}

/** How many fields one operation may plan, each counted in each type that it is planned for. */
const MAX_STEPS = 50_000;

/** Thrown where an operation takes too many steps to plan. */
export class TooManySteps extends Error {}

/** The steps that one operation may still take. */
export class StepBudget {
  #left = MAX_STEPS;

  /** @throws TooManySteps */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooManySteps();
  }
}

/**
 * Chooses where the fields of objects are resolved. Each choice is made once for each selection, type and
 * subgraph, so the time is near linear in the operation.
 */
export class Costs {
  readonly #ways = new PlanMemory<Ways>();
  readonly #plans = new WeakMap<FieldSelection, PlanMemory<ObjectPlan>>();
  readonly #parts = new WeakMap<FieldSelection, Map<string, InterfaceParts>>();
  /** Searches under way: a key or requirement that needs itself leads nowhere. */
  readonly #underWay = new Set<string>();
  /** How many searches ended at one under way. Their results hold only there and are not stored. */
  #cuts = 0;
  #budget: StepBudget = new StepBudget();

  constructor(private readonly graph: PlanningGraph) {}

  /** From now on, steps are those of this operation. Operations that yield are planned in turns. */
  spend(budget: StepBudget): void {
    this.#budget = budget;
  }

  /** @throws TooManySteps */
  count(steps: number): void {
    this.#budget.spend(steps);
  }

  /** Chooses in advance how fields of a root type are resolved. */
  estimate(selection: FieldSelection, root: string): void {
    this.object(selection, root, rootStart(root), undefined);
  }

  /** The cost of a selection where a subgraph returns objects of a type. */
  place(selection: FieldSelection, place: PlaceType, provided: FieldSelection | undefined): Cost {
    if (place.isInterfaceObject) return this.#interfaceObject(selection, place, provided);
    let cost = FREE;
    for (const node of place.nodes)
      cost = together(cost, this.object(selection, node.type, node, provided).cost);
    return cost;
  }

  object(
    selection: FieldSelection,
    type: string,
    from: GraphNode,
    provided: FieldSelection | undefined,
  ): ObjectPlan {
    const known = this.#plansOf(selection).get(type, from, provided?.id);
    if (known) return known;
    const cuts = this.#cuts;
    const plan = this.fields(selection.of(type).fields, type, from, provided);
    if (cuts === this.#cuts) this.#plansOf(selection).set(type, from, provided?.id, plan);
    return plan;
  }

  /** Chooses where fields of one object are resolved, so that levels are fewest, and then requests. */
  fields(
    fields: readonly PlanField[],
    type: string,
    from: GraphNode,
    provided: FieldSelection | undefined,
  ): ObjectPlan {
    this.count(fields.length);
    const choices: FieldChoice[] = [];
    const open: { readonly field: PlanField; readonly options: readonly FieldOption[] }[] = [];
    const missing: PlanField[] = [];
    for (const field of fields) {
      const local = this.local(field, from, provided);
      if (local && local.below === FREE) {
        choices.push({ field, option: local });
        continue;
      }
      const options = this.#options(field, type, from, provided, local);
      if (options.length > 0) {
        open.push({ field, options });
        continue;
      }
      const split = this.#split(field, type, from, provided);
      for (const choice of split.choices) open.push({ field: choice.field, options: [choice.option] });
      if (split.rest) missing.push(split.rest);
    }
    const chosen = chooseOptions(open.map(({ options }) => options));
    open.forEach(({ field }, index) => choices.push({ field, option: chosen.options[index]! }));
    return { choices, missing, cost: missing.length > 0 ? IMPOSSIBLE : chosen.cost };
  }

  /** The ways from a subgraph that returned an object to all others. */
  ways(type: string, from: GraphNode, provided: FieldSelection | undefined): Ways {
    const known = this.#ways.get(type, from, provided?.id);
    if (known) return known;
    const key = `ways ${type} ${from.id} ${provided?.id}`;
    const cuts = this.#cuts;
    const to = new Map<number, Way>([[from.id, { node: from, cost: FREE, key: undefined }]]);
    let back: Way | undefined;
    if (!this.#enter(key)) return { to, back };
    const nodes = this.graph.nodesOf(type);
    for (let changed = true; changed;) {
      changed = false;
      for (const node of nodes) {
        if (node === from) continue;
        for (const way of this.#waysInto(node, type, from, to, provided)) {
          const found = to.get(node.id);
          if (found && !isCheaper(way.cost, found.cost)) continue;
          to.set(node.id, way);
          changed = true;
        }
      }
    }
    for (const way of this.#waysInto(from, type, from, to, provided))
      if (!back || isCheaper(way.cost, back.cost)) back = way;
    this.#underWay.delete(key);
    const ways = { to, back };
    if (cuts === this.#cuts) this.#ways.set(type, from, provided?.id, ways);
    return ways;
  }

  /** The cheapest subgraph that looks up objects of an interface and knows their types. */
  wayToTypes(place: PlaceType, from: GraphNode, provided: FieldSelection | undefined, typed: FieldSelection) {
    let best: { readonly way: Way; readonly cost: Cost } | undefined;
    for (const way of this.ways(place.type, from, provided).to.values()) {
      if (way.node.place.isInterfaceObject) continue;
      const cost = inTurn(way.cost, this.place(typed, way.node.place, undefined));
      if (isPossible(cost) && (!best || isCheaper(cost, best.cost))) best = { way, cost };
    }
    return best;
  }

  /** Separates what can be resolved without the types of objects. */
  interfaceParts(
    selection: FieldSelection,
    { type: name, nodes }: PlaceType,
    provided: FieldSelection | undefined,
  ): InterfaceParts {
    let ofSelection = this.#parts.get(selection);
    if (!ofSelection) this.#parts.set(selection, (ofSelection = new Map()));
    const key = `${nodes[0]!.id} ${provided?.id}`;
    let parts = ofSelection.get(key);
    if (!parts) ofSelection.set(key, (parts = this.#interfaceParts(selection, name, nodes[0]!, provided)));
    return parts;
  }

  #interfaceParts(
    selection: FieldSelection,
    name: string,
    node: GraphNode,
    provided: FieldSelection | undefined,
  ): InterfaceParts {
    const members = this.graph.members(name).map((type) => ({ type, ...selection.of(type) }));
    const [first, ...others] = members;
    const isCommon = (field: PlanField): boolean =>
      others.every(({ fields }) => fields.some((other) => isSame(field, other))) &&
      this.fields([field], name, node, provided).missing.length === 0;
    const common = first?.fields.filter(isCommon) ?? [];
    const keys = new Set(common.map(({ key }) => key));
    const needsTypes = members.some(
      ({ fields, selectsTypename }) => selectsTypename || fields.some(({ key }) => !keys.has(key)),
    );
    const typed = new Map(
      members.map(({ type, fields }) => [type, fields.filter(({ key }) => !keys.has(key))]),
    );
    return {
      common: new PartialSelection(new Map([[name, common]])),
      typed: needsTypes ? new PartialSelection(typed) : undefined,
    };
  }

  #interfaceObject(selection: FieldSelection, place: PlaceType, provided: FieldSelection | undefined): Cost {
    const [node] = place.nodes;
    const { common, typed } = this.interfaceParts(selection, place, provided);
    const { cost } = this.object(common, place.type, node!, provided);
    if (!typed) return cost;
    const way = this.wayToTypes(place, node!, provided, typed);
    return way ? together(cost, way.cost) : IMPOSSIBLE;
  }

  *#waysInto(
    node: GraphNode,
    type: string,
    from: GraphNode,
    known: ReadonlyMap<number, Way>,
    provided: FieldSelection | undefined,
  ): Generator<Way> {
    if (node.isRoot) {
      yield { node, cost: { levels: 1, fetches: 1 }, key: undefined };
      return;
    }
    for (const key of node.keys) {
      const cost = this.#keyCost(key, type, from, known, provided);
      if (isPossible(cost)) yield { node, cost: { levels: cost.levels + 1, fetches: cost.fetches + 1 }, key };
    }
  }

  #keyCost(
    key: FieldSelection,
    type: string,
    from: GraphNode,
    known: ReadonlyMap<number, Way>,
    provided: FieldSelection | undefined,
  ): Cost {
    let levels = 0;
    let fetches = 0;
    const opened = new Set<GraphNode>();
    for (const field of key.of(type).fields) {
      let best: { readonly way: Way; readonly cost: Cost; readonly below: Cost } | undefined;
      for (const way of known.values()) {
        const local = this.local(field, way.node, way.node === from ? provided : undefined);
        if (!local) continue;
        const cost = inTurn(way.cost, local.below);
        if (!best || isCheaper(cost, best.cost)) best = { way, cost, below: local.below };
      }
      if (!best) return IMPOSSIBLE;
      levels = Math.max(levels, best.cost.levels);
      fetches += best.below.fetches + (opened.has(best.way.node) ? 0 : best.way.cost.fetches);
      opened.add(best.way.node);
    }
    return { levels, fetches };
  }

  /** Resolving a field in a subgraph that is asked anyway; undefined where it cannot. */
  local(field: PlanField, node: GraphNode, provided: FieldSelection | undefined): FieldOption | undefined {
    const nodeField = node.fields.get(field.name);
    if (!nodeField) return undefined;
    const given = provided?.of(node.type).fields.find(({ name }) => name === field.name);
    const isGiven = given !== undefined;
    if (!isGiven && (!nodeField.isResolved || nodeField.requires)) return undefined;
    const below = this.#below(field, nodeField, nodeField.provides ?? given?.selection);
    if (!isPossible(below)) return undefined;
    return {
      node,
      nodeField,
      provided: nodeField.provides ?? given?.selection,
      isRequiring: false,
      open: FREE,
      before: FREE,
      below,
    };
  }

  #below({ selection }: PlanField, { place }: NodeField, provided: FieldSelection | undefined): Cost {
    if (!selection) return FREE;
    return place ? this.place(selection, place, provided) : IMPOSSIBLE;
  }

  #options(
    field: PlanField,
    type: string,
    from: GraphNode,
    provided: FieldSelection | undefined,
    local: FieldOption | undefined,
  ): FieldOption[] {
    const options: FieldOption[] = local ? [local] : [];
    for (const node of this.graph.nodesWith(type, field.name)) {
      if (local && node === from) continue;
      const nodeField = node.fields.get(field.name)!;
      const below = this.#below(field, nodeField, nodeField.provides);
      if (!isPossible(below)) continue;
      const option = this.#open(nodeField, node, type, from, provided, below);
      if (option) options.push(option);
    }
    return options;
  }

  /** Resolving a field in a subgraph that may have to be asked for it. */
  #open(
    nodeField: NodeField,
    node: GraphNode,
    type: string,
    from: GraphNode,
    provided: FieldSelection | undefined,
    below: Cost,
  ): FieldOption | undefined {
    const { requires, provides } = nodeField;
    if (!requires) {
      const open = node === from ? FREE : this.ways(type, from, provided).to.get(node.id)?.cost;
      return open && { node, nodeField, provided: provides, isRequiring: false, open, before: FREE, below };
    }
    const ways = this.ways(type, from, provided);
    const way = node === from ? ways.back : ways.to.get(node.id);
    if (!way) return undefined;
    const before = this.#before(requires, type, from, provided);
    if (!isPossible(before)) return undefined;
    const open = { levels: Math.max(way.cost.levels, before.levels + 1), fetches: 1 };
    return { node, nodeField, provided: provides, isRequiring: true, open, before, below };
  }

  /** The cost of what a field requires. */
  #before(
    requires: FieldSelection,
    type: string,
    from: GraphNode,
    provided: FieldSelection | undefined,
  ): Cost {
    const known = this.#plansOf(requires).get(type, from, provided?.id);
    if (known) return known.cost;
    const key = `requires ${requires.id} ${type} ${from.id} ${provided?.id}`;
    if (!this.#enter(key)) return IMPOSSIBLE;
    const { cost } = this.object(requires, type, from, provided);
    this.#underWay.delete(key);
    return cost;
  }

  /** Divides a field of objects without a key among subgraphs that each know a part of them. */
  #split(
    field: PlanField,
    type: string,
    from: GraphNode,
    provided: FieldSelection | undefined,
  ): { readonly choices: readonly FieldChoice[]; readonly rest: PlanField | undefined } {
    const choices: FieldChoice[] = [];
    let rest: PlanField | undefined = field;
    const open = this.graph.nodesOf(type).flatMap((node) => {
      const given = this.#provided(field, node, from, provided);
      if (given) return [given];
      const nodeField = node.fields.get(field.name);
      if (!nodeField?.isResolved || !nodeField.place) return [];
      return this.#open(nodeField, node, type, from, provided, FREE) ?? [];
    });
    while (rest?.selection) {
      let best:
        | { option: FieldOption; done: FieldSelection; count: number; left: FieldSelection | undefined }
        | undefined;
      for (const option of open) {
        const part = this.#part(rest.selection, option.nodeField.place!, option.provided);
        if (part.count > (best?.count ?? 0))
          best = { option, done: part.done, count: part.count, left: part.rest };
      }
      if (!best) break;
      const below = this.place(best.done, best.option.nodeField.place!, best.option.provided);
      choices.push({ field: { ...rest, selection: best.done }, option: { ...best.option, below } });
      rest = best.left && { ...rest, selection: best.left };
    }
    return { choices, rest };
  }

  /** A field that a path provides, without what is below it. */
  #provided(
    field: PlanField,
    node: GraphNode,
    from: GraphNode,
    provided: FieldSelection | undefined,
  ): FieldOption | undefined {
    const nodeField = node === from ? node.fields.get(field.name) : undefined;
    const given = provided?.of(node.type).fields.find(({ name }) => name === field.name);
    if (!nodeField?.place || !given) return undefined;
    const below = nodeField.provides ?? given.selection;
    return { node, nodeField, provided: below, isRequiring: false, open: FREE, before: FREE, below: FREE };
  }

  /** The part of a selection that can be resolved of the objects that a subgraph returns. */
  #part(
    selection: FieldSelection,
    place: PlaceType,
    provided: FieldSelection | undefined,
  ): { readonly done: FieldSelection; readonly count: number; readonly rest: FieldSelection | undefined } {
    const done = new Map<string, PlanField[]>();
    const rest = new Map<string, PlanField[]>();
    let count = 0;
    if (!place.isInterfaceObject) {
      for (const node of place.nodes) {
        const missing: PlanField[] = [];
        const found: PlanField[] = [];
        for (const field of selection.of(node.type).fields) {
          const { choices, missing: left } = this.fields([field], node.type, node, provided);
          missing.push(...left);
          for (const choice of choices) found.push(choice.field);
        }
        count += found.length;
        done.set(node.type, merged(found));
        if (missing.length > 0) rest.set(node.type, missing);
      }
    }
    return {
      done: new PartialSelection(done),
      count,
      rest: rest.size > 0 ? new PartialSelection(rest) : undefined,
    };
  }

  #plansOf(selection: FieldSelection): PlanMemory<ObjectPlan> {
    let plans = this.#plans.get(selection);
    if (!plans) this.#plans.set(selection, (plans = new PlanMemory()));
    return plans;
  }

  #enter(key: string): boolean {
    if (this.#underWay.has(key)) {
      this.#cuts += 1;
      return false;
    }
    this.#underWay.add(key);
    return true;
  }
}

function isSame(one: PlanField, other: PlanField): boolean {
  return (
    one.key === other.key &&
    one.name === other.name &&
    one.argumentText === other.argumentText &&
    one.selection === other.selection
  );
}

/** Joins the parts of a field that was divided. */
function merged(fields: readonly PlanField[]): PlanField[] {
  const byKey = new Map<string, PlanField>();
  for (const field of fields) {
    const known = byKey.get(field.key);
    byKey.set(
      field.key,
      known?.selection && field.selection
        ? { ...known, selection: new JoinedSelection([known.selection, field.selection]) }
        : field,
    );
  }
  return [...byKey.values()];
}
