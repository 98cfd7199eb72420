import { describe, expect, it } from '@jest/globals';
import { ask, composed, testSubgraph } from './supergraphTestbed.js';

interface Book {
  readonly isbn: string;
}

const shop = testSubgraph(
  'shop',
  `type Query { books: [Book!] }
  type Book @key(fields: "isbn") { isbn: ID! title: String price(currency: String!): Int author: Author }
  type Author { fee(currency: String!): Int }`,
  {
    Query: { books: () => [{ isbn: 'a' }, { isbn: 'b' }] },
    Book: {
      title: ({ isbn }: Book) => `Book ${isbn}`,
      price: ({ isbn }: Book, { currency }: { currency: string }) =>
        (isbn === 'a' ? 10 : 20) * (currency === 'EUR' ? 1 : 11),
      author: () => ({}),
    },
    Author: { fee: (_, { currency }: { currency: string }) => (currency === 'EUR' ? 3 : 33) },
  },
);

const post = testSubgraph(
  'post',
  `type Book @key(fields: "isbn") {
    isbn: ID! price(currency: String!): Int @external author: Author @external
    here(rate: Int): Int @requires(fields: "price(currency: \\"EUR\\")")
    abroad(rate: Int): Int @requires(fields: "price(currency: \\"SEK\\") author { fee(currency: \\"SEK\\") }")
    fee: Int @requires(fields: "author { fee(currency: \\"EUR\\") }")
    weight: Int
  }
  type Author @external { fee(currency: String!): Int }`,
  {
    Book: {
      here: ({ price }: { price: number }, { rate }: { rate?: number }) => price * (rate ?? 1),
      abroad: ({ price, author }: { price: number; author: { fee: number } }, { rate }: { rate?: number }) =>
        (price + author.fee) * (rate ?? 1),
      fee: ({ author }: { author: { fee: number } }) => author.fee,
      weight: () => 7,
    },
  },
);

describe('a field that is required with different arguments', () => {
  const whole = composed(shop, post);

  it('is requested once for each', async () => {
    expect(await ask(await whole, '{ books { here abroad fee weight } }')).toEqual({
      data: {
        books: [
          { here: 10, abroad: 143, fee: 3, weight: 7 },
          { here: 20, abroad: 253, fee: 3, weight: 7 },
        ],
      },
    });
  });

  it('stays separate from the fields of the client, for any name and variable', async () => {
    const query = `query ($two: Int, $no: Boolean!) {
      books { price: abroad(rate: $two) mine: price(currency: "USD") abroad: here(rate: 3) here @skip(if: $no) author { fee(currency: "EUR") } }
    }`;
    expect(await ask(await whole, query, { two: 2, no: true })).toEqual({
      data: {
        books: [
          { price: 286, mine: 110, abroad: 30, author: { fee: 3 } },
          { price: 506, mine: 220, abroad: 60, author: { fee: 3 } },
        ],
      },
    });
  });

  it('adds nothing to the schema', async () => {
    const { data } = await ask(await whole, '{ __type(name: "Book") { fields { name } } }');
    const { fields } = data!['__type'] as { fields: readonly { name: string }[] };
    expect(fields.map(({ name }) => name).toSorted()).toEqual([
      'abroad',
      'author',
      'fee',
      'here',
      'isbn',
      'price',
      'title',
      'weight',
    ]);
  });
});

describe('a key that a subgraph cannot resolve', () => {
  const names = testSubgraph(
    'names',
    `type Person @key(fields: "id") @key(fields: "code", resolvable: false) { id: ID! code: ID! name: String }`,
    { Person: { name: ({ id }: { id: string }) => `Name ${id}` } },
  );
  const letters = testSubgraph(
    'letters',
    `type Query { people: [Person!] }
    type Person @key(fields: "code", resolvable: false) @key(fields: "id") {
      id: ID! code: ID! name: String @external greeting: String @requires(fields: "name")
    }`,
    {
      Query: { people: () => [{ id: '1', code: 'x' }] },
      Person: {
        __resolveReference: (reference: { id?: string }) => (reference.id === undefined ? null : reference),
        greeting: ({ name }: { name: string }) => `Dear ${name}`,
      } as never,
    },
  );

  it('is not used to ask it', async () => {
    const result = await ask(await composed(names, letters), '{ people { greeting } }');
    expect(result).toEqual({ data: { people: [{ greeting: 'Dear Name 1' }] } });
  });
});

describe('a field that no subgraph can answer', () => {
  const nodes = testSubgraph(
    'nodes',
    `type Query { node: Node count: Int } interface Node @key(fields: "id") { id: ID! }`,
    { Query: { node: () => null, count: () => 1 } },
  );
  const notes = testSubgraph(
    'notes',
    `type Query { note: Node }
    type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! text: String }`,
    { Query: { note: () => ({ id: '1' }) } },
  );

  it('is refused, and does not become null', async () => {
    const supergraph = await composed(nodes, notes);
    const refused = expect.objectContaining({ code: 'OPERATION_NOT_PLANNABLE' });
    await expect(ask(supergraph, '{ node { text } }')).rejects.toThrow(refused);
    const conditional = 'query ($asked: Boolean!) { count node @include(if: $asked) { text } }';
    await expect(ask(supergraph, conditional, { asked: true })).rejects.toThrow(refused);
    expect(await ask(supergraph, conditional, { asked: false })).toEqual({ data: { count: 1 } });
  });
});

describe('conditions', () => {
  const rooms = testSubgraph(
    'rooms',
    `type Query { visits: [Visit!] }
    type Visit @key(fields: "id") { id: ID! minutes: Int! }`,
    {
      Query: { visits: () => [{ id: '1', minutes: 5 }] },
      Visit: { __resolveReference: ({ id }: { id: string }) => ({ id, minutes: 5 }) } as never,
    },
  );
  const prices = testSubgraph(
    'prices',
    `type Visit @key(fields: "id") {
      id: ID! minutes: Int! @external room: String! price: String @requires(fields: "minutes")
    }`,
    {
      Visit: {
        room: ({ id }: { id: string }) => `room ${id}`,
        price: ({ minutes }: { minutes: number }) => `${minutes} EUR`,
      },
    },
  );

  it.each([
    ['a variable', 'query ($no: Boolean!) { visits { id room price @skip(if: $no) } }'],
    ['a literal', '{ visits { id room price @skip(if: true) } }'],
    ['a default', 'query ($skip: Boolean! = true) { visits { id room price @skip(if: $skip) } }'],
    ['@include', '{ visits { id room price @include(if: false) } }'],
    [
      'a type condition',
      'query ($no: Boolean!) { visits { id room ... on Visit @skip(if: $no) { price } } }',
    ],
  ])('E01: a field that is left out by %s takes no other with it', async (_, query) => {
    const variables = query.includes('$no') ? { no: true } : {};
    expect(await ask(await composed(rooms, prices), query, variables)).toEqual({
      data: { visits: [{ id: '1', room: 'room 1' }] },
    });
  });

  it('E01: the same operation answers the field where it is asked for', async () => {
    const query = 'query ($no: Boolean!) { visits { id room price @skip(if: $no) } }';
    expect(await ask(await composed(rooms, prices), query, { no: false })).toEqual({
      data: { visits: [{ id: '1', room: 'room 1', price: '5 EUR' }] },
    });
  });

  it('E02: each of two fields gets what it requires', async () => {
    const lines = [
      { sku: 'a', offer: 'x' },
      { sku: 'b', offer: 'y' },
    ];
    const carts = testSubgraph(
      'carts',
      `type Query { cart: Cart! } type Cart @key(fields: "id") { id: ID! lines: [Line!]! } type Line { sku: String! offer: String! }`,
      {
        Query: { cart: () => ({ id: '1', lines }) },
        Cart: { __resolveReference: ({ id }: { id: string }) => ({ id, lines }) } as never,
      },
    );
    const totals = testSubgraph(
      'totals',
      `type Cart @key(fields: "id") {
        id: ID! lines: [Line!]! @external
        bySku: [String!]! @requires(fields: "lines { sku }") byOffer: [String!]! @requires(fields: "lines { sku offer }")
      }
      type Line @external { sku: String! offer: String! }`,
      {
        Cart: {
          bySku: ({ lines: given }: { lines: typeof lines }) => given.map(({ sku }) => sku),
          byOffer: ({ lines: given }: { lines: typeof lines }) => given.map(({ sku, offer }) => sku + offer),
        },
      },
    );
    const query = 'query ($g: Boolean!) { cart { bySku @include(if: $g) byOffer @skip(if: $g) } }';
    const supergraph = await composed(carts, totals);
    expect(await ask(supergraph, query, { g: true })).toEqual({ data: { cart: { bySku: ['a', 'b'] } } });
    expect(await ask(supergraph, query, { g: false })).toEqual({ data: { cart: { byOffer: ['ax', 'by'] } } });
    const both = await ask(supergraph, '{ cart { bySku byOffer } }');
    expect(both).toEqual({ data: { cart: { bySku: ['a', 'b'], byOffer: ['ax', 'by'] } } });
  });

  it('E03: a list whose fields are all left out has an empty object for each item', async () => {
    const query = 'query ($b: Boolean!) { visits @skip(if: $b) { room @include(if: false) } }';
    const supergraph = await composed(rooms, prices);
    expect(await ask(supergraph, query, { b: false })).toEqual({ data: { visits: [{}] } });
    expect(await ask(supergraph, query, { b: true })).toEqual({ data: {} });
  });
});
