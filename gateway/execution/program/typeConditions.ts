import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { type DataObject, own } from '../dataObject.js';

/** Whether objects of a type, by its name, are of another as well. */
export function isSubTypeName(typename: string, condition: string, schema: GraphQLSchema): boolean {
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const conditionType = schema.getType(condition);
  if (!isAbstractType(conditionType)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditionType, type);
}

/** Whether an object may be of a type, as far as it tells its own. */
export function isOfType(object: DataObject, condition: string, schema: GraphQLSchema): boolean {
  const typename = own(object, '__typename');
  return typeof typename !== 'string' || isSubTypeName(typename, condition, schema);
}

/** Whether a field of a type is a feed, which may be null. */
export function isFeedField(typename: string, field: string, schema: GraphQLSchema): boolean {
  const type = schema.getType(typename);
  return isObjectType(type) && String(type.getFields()[field]?.type) === 'Feed';
}
