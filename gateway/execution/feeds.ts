import { type GraphQLSchema, isObjectType } from 'graphql';
import { Feed } from '../../schema/feed.js';
import { type DataObject, own } from './dataObject.js';

/** Whether a field of an object is a feed that may be null. */
export function isFeed(object: DataObject, field: string, schema: GraphQLSchema): boolean {
  const type = schema.getType(String(own(object, '__typename')));
  return isObjectType(type) && String(type.getFields()[field]?.type) === 'Feed';
}

/** Reads the feeds of an entity that came from another process, so that they are leaves like those of this one. */
export function readFeeds(entity: DataObject, schema: GraphQLSchema): void {
  for (const field of Object.keys(entity)) {
    const value = entity[field];
    if (typeof value === 'object' && value !== null && isFeed(entity, field, schema))
      entity[field] = Feed.from(value);
  }
}
