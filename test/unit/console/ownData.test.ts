import { describe, expect, it } from '@jest/globals';
import { buildSchema, graphqlSync, parse, validate } from 'graphql';
import { ownDataQuery, type SchemaAnswer, schemaQuery } from '../../../console/src/own-data/ownDataFile.js';
import { type DataRead, groupByDay, readWholeLog } from '../../../console/src/own-data/reads.js';
import { noShortcomings } from '../../../console/src/refusals/readShortcomings.js';

const schema = buildSchema(`
  type Query { me: Person persons: [Person!] }
  type Person {
    id: ID!
    sex: Sex
    service(language: String): Coding
    history(from: String!): [Step!]
    path(from: String = "2000", until: String): Path
    families: [Membership!]
  }
  enum Sex { FEMALE MALE }
  type Coding { code: String label(language: String): String }
  type Path { steps: [Step!]! }
  type Step { at: String person: Person }
  type Membership { role: String family: Family spouse: Person }
  type Family { id: ID! members: [Member!] }
  type Member { person: Person }
`);

function queryFor(known = schema): string | undefined {
  return ownDataQuery(graphqlSync({ schema: known, source: schemaQuery }).data as unknown as SchemaAnswer);
}

describe('the file of own data', () => {
  it('asks for everything that the schema shows, and never enters another person', () => {
    expect(queryFor()).toBe(
      'query OwnData { me { id sex service { code label } path { steps { at } } families { role family { id } } } }',
    );
    expect(validate(schema, parse(queryFor()!))).toEqual([]);
  });

  it('is not made if the schema shows nothing of the user', () => {
    expect(queryFor(buildSchema('type Query { accessLog: [ID!] }'))).toBeUndefined();
    expect(queryFor(buildSchema('type Query { me: Person } type Person { past(from: Int!): ID }'))).toBe(
      undefined,
    );
  });
});

function readAt(id: string, at: string): DataRead {
  const word = { id: 'care', label: 'Care' };
  return {
    id,
    at,
    kind: 'REQUEST',
    purpose: word,
    basis: [],
    recipient: word,
    categories: [],
    brokeGlass: false,
  };
}

describe('the log of own data', () => {
  it('is grouped by day, in its order', () => {
    const reads = ['2026-03-02T12:00:00Z', '2026-03-02T11:59:00Z', '2026-02-27T12:00:00Z'].map((at, index) =>
      readAt(String(index), at),
    );
    expect(groupByDay(reads).map(({ day, reads: ofDay }) => [day, ofDay.map(({ id }) => id)])).toEqual([
      ['2026-03-02', ['0', '1']],
      ['2026-02-27', ['2']],
    ]);
  });

  const log = Array.from({ length: 1_100 }, (_, id) => readAt(String(id), '2026-03-02T12:00:00Z'));
  const page = async (_query: string, { first, after }: Readonly<Record<string, unknown>>) => {
    const start = after === null ? 0 : Number(after) + 1;
    return {
      data: { accessLog: log.slice(start, start + Number(first)) },
      shortcomings: noShortcomings,
      extensions: {},
      decision: undefined,
    };
  };

  it('is read page by page until its end', async () => {
    expect(await readWholeLog(page)).toEqual({ reads: log, isComplete: true, shortcomings: noShortcomings });
  });

  it('is not complete if a page is withheld', async () => {
    const { reads, isComplete } = await readWholeLog(async (query, variables) =>
      variables['after'] === null
        ? page(query, variables)
        : { data: undefined, shortcomings: noShortcomings, extensions: {}, decision: undefined },
    );
    expect(reads).toHaveLength(500);
    expect(isComplete).toBe(false);
  });
});
