import 'reflect-metadata';
import { type ClassType, getMetadataStorage } from 'type-graphql';

// Exports the decorators of type-graphql. Their metadata store (reflect-metadata) must be loaded before the
// first of them.

export {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';

/** The name of the object type that a class declares. */
export function typeNameOf(objectType: ClassType): string {
  return getMetadataStorage().objectTypes.find(({ target }) => target === objectType)!.name;
}
