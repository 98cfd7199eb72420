import 'reflect-metadata';
import { type ArgOptions, type ClassType, createParameterDecorator, getMetadataStorage } from 'type-graphql';

// Exports the decorators of type-graphql. Their metadata store (reflect-metadata) must be loaded before the
// first of them.

export {
  Arg,
  Args,
  ArgsType,
  createParameterDecorator,
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

/**
 * Declares an argument, and passes the object that graphql-js coerced. `Arg` passes an instance of the input
 * class, which has no fields but its own: it would drop those that amendments add.
 */
export function PlainArg(name: string, typeFunc: () => ClassType, options: ArgOptions): ParameterDecorator {
  const read = ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => args[name];
  return createParameterDecorator(read, { arg: { name, typeFunc, options } }) as ParameterDecorator;
}
