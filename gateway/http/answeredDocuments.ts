import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

const DOCUMENTS_KEPT = 1_000;
/** Of all of them. A parsed document takes a hundred times its text; Apollo's own store would let them take 100 MB. */
const CHARACTERS_KEPT = 250_000;

/**
 * Where Apollo Server finds what it has parsed, by the hash of the text. Documents are kept once they were answered: those
 * that are refused neither push others out, nor live long enough to be moved about by the garbage collector.
 */
export class AnsweredDocuments implements DocumentStore {
  readonly #answered = new LRUCache<string, DocumentNode>({
    max: DOCUMENTS_KEPT,
    maxSize: CHARACTERS_KEPT,
    sizeCalculation: ({ loc }) => loc!.end + 1,
  });
  readonly #keys = new WeakMap<DocumentNode, string>();

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#answered.get(key);
  }

  /** Told of every document that is parsed, before it is checked. */
  async set(key: string, document: DocumentNode): Promise<void> {
    this.#keys.set(document, key);
  }

  async delete(key: string): Promise<boolean> {
    return this.#answered.delete(key);
  }

  keep(document: DocumentNode): void {
    const key = this.#keys.get(document);
    if (key !== undefined && !this.#answered.has(key)) this.#answered.set(key, document);
  }
}
