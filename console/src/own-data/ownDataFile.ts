import { saveFile } from '../parts/saveFile.js';
import type { DataRead } from './reads.js';

interface TypeReference {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType?: TypeReference | null;
}

interface KnownField {
  readonly name: string;
  readonly args: readonly {
    readonly defaultValue: string | null;
    readonly type: { readonly kind: string };
  }[];
  readonly type: TypeReference;
}

/** What the schema says, as far as this user may see it (GraphQL §4, introspection). */
export interface SchemaAnswer {
  readonly __schema: {
    readonly types: readonly { readonly name: string; readonly fields: readonly KnownField[] | null }[];
  };
}

export const schemaQuery = `query OwnSchema {
  __schema {
    types {
      name
      fields {
        name
        args { defaultValue type { kind } }
        type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
      }
    }
  }
}`;

/**
 * A query for everything that the user may see about themselves. It follows the schema, so it needs no change
 * when a registry is added. It never enters a person again: the file names nobody else.
 * @returns undefined if the schema shows nothing of the user
 */
export function ownDataQuery({ __schema }: SchemaAnswer): string | undefined {
  const types = new Map(__schema.types.map(({ name, fields }) => [name, fields ?? []]));

  function select(type: string, entered: readonly string[]): string {
    const fields = (types.get(type) ?? []).flatMap(({ name, args, type: of }) => {
      if (args.some(({ defaultValue, type: given }) => given.kind === 'NON_NULL' && defaultValue === null))
        return [];
      const named = namedType(of);
      if (named.kind === 'SCALAR' || named.kind === 'ENUM') return [name];
      if (named.kind !== 'OBJECT' || named.name === null || entered.includes(named.name)) return [];
      const inner = select(named.name, [...entered, named.name]);
      return inner === '' ? [] : [`${name} { ${inner} }`];
    });
    return fields.join(' ');
  }

  const me = types.get('Query')?.find(({ name }) => name === 'me');
  const person = me && namedType(me.type).name;
  const selection = person ? select(person, [person]) : '';
  return selection === '' ? undefined : `query OwnData { me { ${selection} } }`;
}

function namedType(type: TypeReference): TypeReference {
  return type.ofType ? namedType(type.ofType) : type;
}

/** The content of the file, version 1. A program that reads it ignores keys that it does not know. */
export interface OwnDataFile {
  readonly format: 'polku-own-data';
  readonly version: 1;
  /** What the file is, in the language of the user. */
  readonly about: string;
  readonly language: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** Under which the audit log has the answer. */
  readonly decision: string | null;
  /** What the registries have, with the names of the schema. */
  readonly person: unknown;
  /** Fields that policy or a failure left out. */
  readonly missing: readonly string[];
  readonly readBy: { readonly isComplete: boolean; readonly reads: readonly DataRead[] };
}

/** Offers a file to save. It is made in the browser, and nothing of it stays there. */
export function offerFile(name: string, content: OwnDataFile): void {
  saveFile(name, new Blob([`${JSON.stringify(content, undefined, 2)}\n`], { type: 'application/json' }));
}
