import 'reflect-metadata';

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
