import { PolkuError } from '../../lib/errors.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { testSubgraph } from '../integration/supergraphTestbed.js';

/**
 * Small federations that together use every feature that changes execution; some of their resolvers fail on
 * purpose.
 */
export const federations: Record<string, () => Subgraph[]> = { shop, library, media };

const refuse = (): never => {
  throw new PolkuError('BAD_USER_INPUT', 'refused');
};

/**
 * Entities over three subgraphs: `@requires` with arguments and in chains, `@provides`, composite keys, lists
 * of lists.
 */
function shop(): Subgraph[] {
  const products = testSubgraph(
    'products',
    `type Query { products(first: Int = 3): [Product!]! product(id: ID!): Product grid: [[Product!]!] shelf: [[Product]] }
     enum Unit { KG PIECE }
     type Size { width: Float height: Float! @shareable unit: Unit }
     type Product @key(fields: "id") @key(fields: "sku { maker number }") {
       id: ID! sku: Sku name: String price(currency: String = "EUR"): Int size: Size tags: [String!] brand: Brand @shareable similar(max: Int): [Product!]
     }
     type Sku { maker: String! number: Int! }
     type Brand @key(fields: "id") { id: ID! name: String @shareable }`,
    {
      Query: {
        products: (_, { first }: { first: number }) =>
          [1, 2, 3, 4]
            .slice(0, first)
            .map(String)
            .map((id) => ({ id })),
        product: (_, { id }: { id: string }) => (id === '0' ? null : { id }),
        grid: () => [[{ id: '1' }, { id: '2' }], [], [{ id: '1' }]],
        shelf: () => [[{ id: '1' }, null], null, [{ id: '3' }]],
      },
      Product: {
        __resolveReference: ({ id, sku }: { id?: string; sku?: { number: number } }) =>
          id === '3' ? null : { id: id ?? String(sku!.number) },
        sku: ({ id }: { id: string }) => ({ maker: 'acme', number: Number(id) }),
        name: ({ id }: { id: string }) => (id === '2' ? refuse() : `product ${id}`),
        price: ({ id }: { id: string }, { currency }: { currency: string }) =>
          Number(id) * (currency === 'EUR' ? 1 : 10),
        size: ({ id }: { id: string }) =>
          id === '4' ? null : { width: 1.5, height: id === '3' ? null : 2, unit: 'KG' },
        tags: ({ id }: { id: string }) => (id === '1' ? ['a', 'b'] : id === '2' ? null : []),
        brand: ({ id }: { id: string }) => ({ id: `b${Number(id) % 2}`, name: `brand ${Number(id) % 2}` }),
        similar: ({ id }: { id: string }, { max = 2 }: { max?: number }) =>
          ['1', '2', '3']
            .filter((one) => one !== id)
            .slice(0, max)
            .map((one) => ({ id: one })),
      },
      Brand: { name: ({ id }: { id: string }) => `brand ${id.slice(1)}` },
    },
  );
  const stock = testSubgraph(
    'stock',
    `type Product @key(fields: "id") {
       id: ID! price(currency: String = "EUR"): Int @external size: Size @external
       shipping(express: Boolean = false): Int @requires(fields: "price(currency: \\"USD\\") size { height }")
       inStock: Boolean!
       warehouse: Warehouse
     }
     type Size @shareable { height: Float! }
     type Warehouse { city: String! shelves: [[Int!]] }`,
    {
      Product: {
        shipping: (
          { price, size }: { price: number; size: { height: number } | null },
          { express }: { express: boolean },
        ) => price + (size?.height ?? 0) + (express ? 100 : 0),
        inStock: ({ id }: { id: string }) => (id === '4' ? null : id !== '2'),
        warehouse: ({ id }: { id: string }) =>
          id === '2' ? refuse() : { city: 'Espoo', shelves: [[1, 2], null, []] },
      },
    },
  );
  const reviews = testSubgraph(
    'reviews',
    `type Query { latest: [Review] }
     type Product @key(fields: "id") {
       id: ID! shipping(express: Boolean = false): Int @external reviews: [Review!]
       worth: Int @requires(fields: "shipping(express: true)")
     }
     type Review { text: String stars: Int! product: Product! brand: Brand @provides(fields: "name") }
     type Brand @key(fields: "id") { id: ID! name: String @external fans: [String] }`,
    {
      Query: { latest: () => [{ of: '1' }, null, { of: '4' }] },
      Product: {
        reviews: ({ id }: { id: string }) => [{ of: id }, { of: '1' }],
        worth: ({ shipping }: { shipping: number }) => shipping - 100,
      },
      Review: {
        text: ({ of }: { of: string }) => `about ${of}`,
        stars: ({ of }: { of: string }) => Number(of),
        product: ({ of }: { of: string }) => ({ id: of }),
        brand: () => ({ id: 'b1', name: 'brand 1' }),
      },
      Brand: { fans: () => ['x', null] },
    },
  );
  return [products, stock, reviews];
}

/** Interfaces and unions, with entities behind them and fields of one name and different types. */
function library(): Subgraph[] {
  const catalogue = testSubgraph(
    'catalogue',
    `type Query { items: [Item] search(text: String): [Found!] first: Item! }
     interface Item { id: ID! title: String owner: Owner }
     interface Printed { pages: Int }
     union Found = Book | Disc | Owner
     type Book implements Item & Printed @key(fields: "id") { id: ID! title: String pages: Int owner: Owner length: Int }
     type Disc implements Item @key(fields: "id") { id: ID! title: String owner: Owner length: String }
     type Owner @key(fields: "name") { name: String! items: [Item!] }`,
    {
      Query: {
        items: () => [book, disc, null],
        search: () => [book, owner, disc],
        first: () => disc,
      },
      Owner: { items: () => [disc, book] },
    },
  );
  const loans = testSubgraph(
    'loans',
    `type Query { loans: [Loan!] }
     type Loan { item: Item days: Int }
     interface Item { id: ID! loaned: Boolean }
     type Book implements Item @key(fields: "id") { id: ID! loaned: Boolean }
     type Disc implements Item @key(fields: "id") { id: ID! loaned: Boolean scratches: [Int!] }
     type Owner @key(fields: "name") { name: String! debts: Int! }`,
    {
      Query: {
        loans: () => [
          { item: { __typename: 'Book', id: 'b' }, days: 3 },
          { item: { __typename: 'Disc', id: 'd' } },
        ],
      },
      Book: { loaned: () => true },
      Disc: { loaned: refuse, scratches: () => [1, null] },
      Owner: { debts: ({ name }: { name: string }) => name.length },
    },
  );
  return [catalogue, loans];
}
const owner = { __typename: 'Owner', name: 'Owner' };
const book = { __typename: 'Book', id: 'b', title: 'Book', pages: 100, length: 20, owner };
const disc = { __typename: 'Disc', id: 'd', title: 'Disc', length: 'long', owner };

/** An interface that is an entity; another subgraph knows only the interface. */
function media(): Subgraph[] {
  const catalogue = testSubgraph(
    'catalogue',
    `type Query { all: [Media!]! one(id: ID!): Media }
     interface Media @key(fields: "id") { id: ID! title: String }
     type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
     type Song implements Media @key(fields: "id") { id: ID! title: String seconds: Int }`,
    {
      Query: { all: () => [film, song], one: (_, { id }: { id: string }) => (id === 'f' ? film : song) },
      Media: {
        __resolveReference: ({ id }: { id: string }) => (id === 'f' ? film : song),
        __resolveType: ({ __typename }: { __typename: string }) => __typename,
      },
      Film: { __resolveReference: () => film },
      Song: { __resolveReference: () => song },
    },
  );
  const ratings = testSubgraph(
    'ratings',
    `type Query { best: Media }
     type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int raters: [Rater!] }
     type Rater { name: String favourite: Media }`,
    {
      Query: { best: () => ({ id: 's' }) },
      Media: {
        stars: ({ id }: { id: string }) => id.charCodeAt(0),
        raters: () => [{ name: 'A', favourite: { id: 'f' } }],
      },
    },
  );
  return [catalogue, ratings];
}
const film = { __typename: 'Film', id: 'f', title: 'Film', minutes: 90 };
const song = { __typename: 'Song', id: 's', title: 'Song', seconds: 200 };
