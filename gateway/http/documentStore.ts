import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

const DOCUMENTS_KEPT = 1_000;
/** Of all of them. A parsed document takes a hundred times its text; Apollo's own store would let them take 100 MB. */
const CHARACTERS_KEPT = 250_000;

/** Where Apollo Server keeps what it has parsed, by the hash of the text. */
export function documentStore(): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    max: DOCUMENTS_KEPT,
    maxSize: CHARACTERS_KEPT,
    sizeCalculation: ({ loc }) => loc!.end + 1,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
}
