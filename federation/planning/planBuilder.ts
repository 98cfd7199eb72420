import { PolkuError } from '../../lib/errors.js';
import type { FieldChoice, Costs } from './costs.js';
import type { FieldOption } from './fieldOption.js';
import {
  PlannedFetch,
  type Input,
  ObjectState,
  DataPlace,
  SelectedObjects,
  type Site,
} from './plannedFetch.js';
import { type GraphNode, type PlanningGraph, rootStart } from './planningGraph.js';
import type { PlanField, FieldSelection } from './selection.js';

/** Makes the fetches of one operation. */
export class PlanBuilder {
  readonly fetches: PlannedFetch[] = [];

  constructor(
    private readonly graph: PlanningGraph,
    private readonly costs: Costs,
  ) {}

  /** Plans some fields of the root type of a query. */
  *query(root: FieldSelection, type: string): Generator<undefined> {
    const nowhere = rootStart(type);
    const { place } = nowhere;
    const selected = new SelectedObjects(place, false);
    const top = new DataPlace(place, undefined, undefined, undefined, selected, undefined);
    // The root object comes from no subgraph: each of its fields begins a fetch.
    const origin = { node: nowhere, fetch: undefined as never, selected: new Map(), provided: undefined };
    const state = new ObjectState(type, top, origin);
    state.sites.clear();
    const { choices, missing } = this.costs.object(root, type, nowhere, undefined);
    if (missing.length > 0) throw notPlannable(missing[0]!);
    for (const { field, option } of choices) {
      this.#select(state, this.#open(state, option.node), field, option);
      yield;
    }
  }

  /** Plans the fields of the root type of a mutation, one after the other. */
  mutation(root: FieldSelection, type: string): void {
    let before: readonly PlannedFetch[] = [];
    let current: Site | undefined;
    for (const field of root.of(type).fields) {
      const { option } = this.#choose(field, type, rootStart(type));
      const first = this.fetches.length;
      const isFree = current?.node === option.node && before.length === 0;
      if (!isFree) {
        const selected = new SelectedObjects(option.node.place, false);
        const fetch = new PlannedFetch(this.fetches.length, option.node, undefined, selected, true);
        for (const other of this.fetches) fetch.waitFor(other);
        this.fetches.push(fetch);
        current = { node: option.node, fetch, selected: selected.of(type), provided: undefined };
      }
      const { node, fetch } = current!;
      const top = new DataPlace(node.place, undefined, undefined, fetch, fetch.selected, undefined);
      this.#select(new ObjectState(type, top, current!), current!, field, option);
      before = this.fetches.slice(first).filter((other) => other !== fetch);
    }
  }

  #choose(field: PlanField, type: string, from: GraphNode): FieldChoice {
    const { choices, missing } = this.costs.fields([field], type, from, undefined);
    if (missing.length > 0 || choices.length !== 1) throw notPlannable(field);
    return choices[0]!;
  }

  #place(place: DataPlace, selection: FieldSelection): void {
    const { type } = place;
    if (!type.isInterfaceObject) {
      for (const node of type.nodes) this.#object(stateOf(place, node), selection);
      return;
    }
    const [node] = type.nodes;
    const state = stateOf(place, node!);
    const { common, typed } = this.costs.interfaceParts(selection, type, place.provided);
    this.#object(state, common);
    if (!typed) return;
    const best = this.costs.wayToTypes(type, node!, place.provided, typed);
    if (!best) throw notPlannable(firstOf(typed, this.graph.members(type.type)));
    const site = this.#open(state, best.way.node);
    const key = `types ${site.fetch.id}`;
    let known = place.below.get(key);
    if (!known) {
      const selected = site.fetch.selected;
      known = new DataPlace(best.way.node.place, place, undefined, site.fetch, selected, undefined);
      place.below.set(key, known);
    }
    this.#place(known, typed);
  }

  #object(state: ObjectState, selection: FieldSelection): void {
    const { type, origin } = state;
    const { choices, missing } = this.costs.object(selection, type, origin.node, origin.provided);
    if (missing.length > 0) throw notPlannable(missing[0]!);
    this.costs.count(choices.length);
    const requiring = choices.filter(({ option }) => option.isRequiring);
    const late = new Set(requiring.map(({ option }) => option.node));
    const waiting: FieldChoice[] = [];
    for (const choice of choices) {
      const { field, option } = choice;
      if (option.isRequiring) continue;
      // A field with nothing below goes with fields that require others, if nothing else asks the subgraph.
      if (late.has(option.node) && !state.sites.has(option.node.id) && option.below.fetches === 0)
        waiting.push(choice);
      else this.#select(state, this.#open(state, option.node), field, option);
    }
    for (const choice of requiring) this.#requiring(state, choice);
    for (const { field, option } of waiting) {
      const { node } = option;
      const site =
        state.sites.get(node.id) ??
        state.requiring.find((one) => one.node === node) ??
        this.#open(state, node);
      this.#select(state, site, field, option);
    }
  }

  /** Selects a field in a fetch, and plans what is below it. */
  #select(state: ObjectState, site: Site, field: PlanField, option: FieldOption): void {
    const { key, selection } = field;
    let known = site.selected.get(key);
    if (!known) {
      const { nodeField } = option;
      const place = selection && this.#below(state, site, field, option);
      known = { field, nodeField, below: place?.selected, place };
      site.selected.set(key, known);
    }
    if (selection) this.#place(known.place!, selection);
  }

  /** The place below a field. Types that select the same in one fetch share it, which bounds the work. */
  #below(state: ObjectState, site: Site, field: PlanField, { nodeField, provided }: FieldOption): DataPlace {
    const { key, argumentText, selection } = field;
    const type = nodeField.place!;
    const lists = nodeField.type.split('[').length - 1;
    const shared = `${key} ${argumentText} ${selection!.id} ${site.fetch.id} ${type.id} ${lists} ${provided?.id}`;
    let place = state.place.below.get(shared);
    if (!place) {
      const isNamed = type.isAbstract && !type.isInterfaceObject;
      const selected = new SelectedObjects(type, isNamed);
      place = new DataPlace(type, state.place, { key, lists }, site.fetch, selected, provided);
      state.place.below.set(shared, place);
    }
    place.parentTypes.add(state.type);
    return place;
  }

  /** The fetch of a subgraph that needs only a key. */
  #open(state: ObjectState, node: GraphNode): Site {
    const known = state.sites.get(node.id);
    if (known) return known;
    const { type, origin } = state;
    const way = this.costs.ways(type, origin.node, origin.provided).to.get(node.id)!;
    const before = new Set<PlannedFetch>();
    const inputs: Input[] = [];
    if (way.key) for (const field of way.key.of(type).fields) inputs.push(this.#ensure(state, field, before));
    // Another way of the same key may have opened it meanwhile.
    const opened = state.sites.get(node.id);
    if (opened) return opened;
    const site = this.#enter(state, node, inputs, before);
    state.sites.set(node.id, site);
    return site;
  }

  #enter(
    state: ObjectState,
    node: GraphNode,
    inputs: readonly Input[],
    before: ReadonlySet<PlannedFetch>,
  ): Site {
    const selected = new SelectedObjects(node.place, node.place.isAbstract && !node.place.isInterfaceObject);
    const fetch = new PlannedFetch(this.fetches.length, node, state, selected, false);
    this.fetches.push(fetch);
    for (const input of inputs) fetch.inputs.set(input.name, input);
    for (const other of before) fetch.waitFor(other);
    if (state.place.fetch) fetch.waitFor(state.place.fetch);
    return { node, fetch, selected: selected.of(node.type), provided: undefined };
  }

  /** Selects a field in a fetch that is given what the field requires. */
  #requiring(state: ObjectState, { field, option }: FieldChoice): void {
    const { type, origin, requiring } = state;
    const { node, nodeField } = option;
    const before = new Set<PlannedFetch>();
    const inputs: Input[] = [];
    for (const required of nodeField.requires!.of(type).fields)
      inputs.push(this.#ensure(state, required, before));
    const ways = this.costs.ways(type, origin.node, origin.provided);
    const { key } = (node === origin.node ? ways.back : ways.to.get(node.id))!;
    for (const part of key?.of(type).fields ?? []) inputs.push(this.#ensure(state, part, before));
    const level = 1 + Math.max(...[...before].map((fetch) => fetch.level));
    let site = requiring.find(
      (one) =>
        one.node === node &&
        one.fetch.level === level &&
        inputs.every((input) => isCompatible(input, one.fetch.inputs.get(input.name))),
    );
    if (site) {
      for (const input of inputs) addInput(site.fetch.inputs, input);
      for (const other of before) site.fetch.waitFor(other);
    } else {
      site = this.#enter(state, node, [], before);
      for (const input of inputs) addInput(site.fetch.inputs, input);
      requiring.push(site);
    }
    this.#select(state, site, field, option);
  }

  /**
   * Makes sure that a field of a key or requirement is fetched.
   * @param before gets the fetches that return it
   */
  #ensure(state: ObjectState, field: PlanField, before: Set<PlannedFetch>): Input {
    const { type, origin } = state;
    const site = this.#bestSite(state, field);
    if (site) {
      this.#select(state, site, field, this.costs.local(field, site.node, site.provided)!);
      return this.#input(state, field, before);
    }
    const { choices, missing } = this.costs.fields([field], type, origin.node, origin.provided);
    if (missing.length > 0) throw notPlannable(field);
    for (const choice of choices) {
      if (choice.option.isRequiring) this.#requiring(state, choice);
      else this.#select(state, this.#open(state, choice.option.node), choice.field, choice.option);
    }
    return this.#input(state, field, before);
  }

  /** The earliest fetch that can also select a field, or does so already. */
  #bestSite(state: ObjectState, field: PlanField): Site | undefined {
    let best: Site | undefined;
    for (const site of state.sites.values()) {
      const isSelected = site.selected.has(field.key);
      const wasSelected = best?.selected.has(field.key) ?? false;
      if (best && isSelected === wasSelected && site.fetch.level >= best.fetch.level) continue;
      if (wasSelected && !isSelected) continue;
      const option = this.costs.local(field, site.node, site.provided);
      if (option?.below.fetches === 0) best = site;
    }
    return best;
  }

  /** What a representation copies of a field, and which fetches return it. */
  #input(state: ObjectState, { key, name, selection }: PlanField, before: Set<PlannedFetch>): Input {
    const sites = [...state.sites.values(), ...state.requiring].filter(({ selected }) => selected.has(key));
    if (!selection) {
      const [first, ...others] = sites;
      const earliest = others.reduce(
        (found, one) => (one.fetch.level < found.fetch.level ? one : found),
        first!,
      );
      before.add(earliest.fetch);
      return { key, name, below: undefined };
    }
    const below = new Map<string | undefined, Input[]>();
    for (const { fetch, selected } of sites) {
      before.add(fetch);
      this.#inputsBelow(selected.get(key)!.place!, selection, below, before);
    }
    return { key, name, below };
  }

  #inputsBelow(
    place: DataPlace,
    selection: FieldSelection,
    below: Map<string | undefined, Input[]>,
    before: Set<PlannedFetch>,
  ): void {
    for (const state of place.states.values()) {
      const { isAbstract, isInterfaceObject } = place.type;
      const type = isAbstract && !isInterfaceObject ? state.type : undefined;
      const known = byName(below.get(type));
      for (const field of selection.of(state.type).fields) {
        const isSelected = [...state.sites.values(), ...state.requiring].some(({ selected }) =>
          selected.has(field.key),
        );
        if (isSelected) addInput(known, this.#input(state, field, before));
      }
      below.set(type, [...known.values()]);
    }
    for (const inner of place.below.values())
      if (!inner.step) this.#inputsBelow(inner, selection, below, before);
  }
}

function stateOf(place: DataPlace, node: GraphNode): ObjectState {
  let state = place.states.get(node.type);
  if (!state) {
    const { fetch, selected, provided } = place;
    const origin = { node, fetch: fetch!, selected: selected.of(node.type), provided };
    place.states.set(node.type, (state = new ObjectState(node.type, place, origin)));
  }
  return state;
}

/** Whether one representation can hold both: a field with two sets of arguments has two values. */
function isCompatible(one: Input, other: Input | undefined): boolean {
  if (!other) return true;
  if (one.key !== other.key) return false;
  for (const [type, inputs] of one.below ?? []) {
    const known = other.below?.get(type) ?? [];
    for (const input of inputs)
      if (
        !isCompatible(
          input,
          known.find(({ name }) => name === input.name),
        )
      )
        return false;
  }
  return true;
}

function byName(inputs: readonly Input[] = []): Map<string, Input> {
  return new Map(inputs.map((input) => [input.name, input]));
}

function addInput(inputs: Map<string, Input>, input: Input): void {
  const known = inputs.get(input.name);
  inputs.set(input.name, known ? joined(known, input) : input);
}

/** What two requirements copy of one field. */
function joined(one: Input, other: Input): Input {
  if (!one.below || !other.below) return one;
  const below = new Map(one.below);
  for (const [type, inputs] of other.below) {
    const known = byName(below.get(type));
    for (const input of inputs) addInput(known, input);
    below.set(type, [...known.values()]);
  }
  return { ...one, below };
}

function firstOf(selection: FieldSelection, types: readonly string[]): PlanField {
  return types.flatMap((type) => selection.of(type).fields)[0]!;
}

function notPlannable(field: PlanField | undefined): PolkuError {
  const message = `No subgraph can answer ${field?.name ?? '__typename'} as it is asked for.`;
  return new PolkuError('OPERATION_NOT_PLANNABLE', message);
}
