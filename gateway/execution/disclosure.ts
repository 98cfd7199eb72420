import { type GraphQLSchema, isObjectType } from 'graphql';
import { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { type DataObject, own } from './dataObject.js';
import { keyScalarOf } from './leafValues.js';

/** Whose data one request has read, and from which registries: what the audit record tells of it. */
export class Disclosure {
  readonly people = new Set<PersonKey>();
  /** Fetches that were answered with data, by registry. */
  readonly fetches = new Map<string, number>();

  fetched(registry: string): void {
    this.fetches.set(registry, (this.fetches.get(registry) ?? 0) + 1);
  }

  /**
   * Notes the people whose rows were handed to a derived type of a family. A single person's derived types hang on that
   * person, who is noted by the response; feeds of other types are of many of whom few are shown, or of none.
   */
  fed(representation: DataObject, schema: GraphQLSchema): void {
    const type = schema.getType(String(own(representation, '__typename')));
    if (!isObjectType(type)) return;
    const fields = type.getFields();
    const names = Object.keys(representation);
    const ofFamily = names.some((name) => fields[name] && isKeyOf('FamilyID', fields[name].type));
    if (!ofFamily) return;
    for (const name of names) {
      const feed = own(representation, name);
      if (!(feed instanceof Feed)) continue;
      const people = feed.columns['person'];
      if (people instanceof Uint32Array) for (const person of people) this.people.add(person);
    }
  }
}

function isKeyOf(scalar: string, type: unknown): boolean {
  return keyScalarOf({ name: String(type).replace('!', '') }) === scalar;
}
