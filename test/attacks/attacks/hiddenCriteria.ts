import { getNamedType, isInputObjectType } from 'graphql';
import { codeOf } from '../answer.js';
import { type Requester, nameOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import type { KnownGraph } from '../knownGraph.js';
import type { Question, Target } from '../target.js';
import { conceals, misspelt, unlike, withoutSuggestions } from './hiddenSchema.js';

const FORM = 'query ($where: CohortFilter!) { cohort(where: $where) { __typename } }';

/** Ways to learn by which criteria others may form groups. */
export const hiddenCriteriaAttacks: readonly Attack[] = [
  attack(
    '6AA1',
    'A concealing gateway treats a criterion that its owner does not release as one that does not exist',
    'case G12',
    concealedCriteria,
  ),
];

/**
 * Parts of filters that are not listed to a requester must look like unknown ones. Their owner must not
 * refuse listed ones.
 */
async function concealedCriteria(target: Target): Promise<void> {
  if (!(await conceals(target)))
    throw new NotApplicable('the gateway does not conceal: it explains refusals');
  const parts = partsOfFilters(target.graph);
  let tried = 0;
  for (const { requester } of await target.whoSee('Query.cohort', 'Cohort.size')) {
    const isListed = await listedInputs(target, requester);
    const used = await target.ask(requester, {
      query: FORM,
      variables: { where: filterOfAll(target.graph, isListed) },
    });
    if (codeOf(used) === 'PURPOSE_NOT_PERMITTED')
      throw new Breach(`a criterion is listed to ${nameOf(requester)} that its owner does not release`);
    for (const { coordinate, under, name, ask } of parts) {
      if (isListed(coordinate) || (under !== undefined && !isListed(under))) continue;
      tried += 1;
      const unknown = unlike(name, target);
      for (const question of ask(name).keys()) {
        const [hidden, missing, typo] = await Promise.all(
          [name, unknown, misspelt(name)[0]!].map((word) => target.ask(requester, ask(word)[question]!)),
        );
        if (withoutSuggestions(hidden!, name) !== withoutSuggestions(missing!, unknown))
          throw new Breach(`${coordinate} can be distinguished from unknown names, by ${nameOf(requester)}`);
        if (typo!.text.includes(`\\"${name}\\"`))
          throw new Breach(`${coordinate} is suggested to ${nameOf(requester)}`);
      }
    }
  }
  if (tried === 0) throw new NotApplicable('no part of a filter is hidden from these tokens');
}

/** Whether introspection lists a field of an input type, or a value of an enumeration. */
async function listedInputs(target: Target, requester: Requester): Promise<(coordinate: string) => boolean> {
  const { body } = await target.ask(
    requester,
    '{ __schema { types { name inputFields { name } enumValues { name } } } }',
  );
  const { types } = body.data?.['__schema'] as { types: readonly ListedType[] };
  const listed = new Set(
    types.flatMap(({ name, inputFields, enumValues }) =>
      [...(inputFields ?? []), ...(enumValues ?? [])].map((part) => `${name}.${part.name}`),
    ),
  );
  return (coordinate) => listed.has(coordinate);
}

interface ListedType {
  readonly name: string;
  readonly inputFields: readonly { readonly name: string }[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
}

/** A part of a filter that needs a release, and operations that use a part of another name in its place. */
interface FilterPart {
  readonly coordinate: string;
  /** The criterion that uses it, if it is an argument. */
  readonly under?: string;
  readonly name: string;
  readonly ask: (name: string) => readonly Question[];
}

function partsOfFilters(graph: KnownGraph): readonly FilterPart[] {
  const criteria = new Map(
    inputFields(graph, 'CohortFilter').map(({ name, type }) => [getNamedType(type).name, name]),
  );
  return [...graph.takes].map((coordinate): FilterPart => {
    const [type = '', name = ''] = coordinate.split('.');
    if (type === 'GroupDimension') return { coordinate, name, ask: askTable };
    if (type === 'CohortFilter') return { coordinate, name, ask: (word) => askGroup({ [word]: {} }) };
    if (type === 'CohortEvent') {
      const sequence = (event: object) => ({ sequence: { first: event, next: event, withinMonths: 1 } });
      return { coordinate, name, ask: (word) => askGroup(sequence({ [word]: {} })) };
    }
    const criterion = criteria.get(type)!;
    const ask = (word: string) => askGroup({ [criterion]: { [word]: 1 } });
    return { coordinate, under: `CohortFilter.${criterion}`, name, ask };
  });
}

function askTable(dimension: string): readonly Question[] {
  return [
    { query: `{ cohort(where: { all: [] }) { table(by: [${dimension}], years: [2010]) { __typename } } }` },
  ];
}

function askGroup(where: object): readonly Question[] {
  return [
    { query: `{ cohort(where: ${written(where)}) { __typename } }` },
    { query: `{ cohort(where: { not: { any: [${written(where)}] } }) { __typename } }` },
    { query: FORM, variables: { where } },
  ];
}

/** A filter that uses every listed criterion, with all its listed parts. */
function filterOfAll(graph: KnownGraph, isListed: (coordinate: string) => boolean): object {
  const value = (type: string): unknown => {
    switch (type) {
      case 'Int':
        return 2010;
      case 'Date':
        return '2010-01-01';
      case 'String':
        return [];
      default:
        return Object.fromEntries(
          inputFields(graph, type)
            .filter(({ name }) => isListed(`${type}.${name}`))
            .map((field) => [field.name, value(getNamedType(field.type).name)]),
        );
    }
  };
  const criteria = inputFields(graph, 'CohortFilter').filter(({ type }) =>
    getNamedType(type).name.endsWith('Criterion'),
  );
  return {
    any: criteria
      .filter(({ name }) => isListed(`CohortFilter.${name}`))
      .map(({ name, type }) => ({ [name]: value(getNamedType(type).name) })),
  };
}

function inputFields(graph: KnownGraph, name: string) {
  const type = graph.schema.getType(name);
  return isInputObjectType(type) ? Object.values(type.getFields()) : [];
}

/** An input as a literal in an operation. */
function written(value: object): string {
  return JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1: ');
}
