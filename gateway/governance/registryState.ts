import { Ctx, Directive, Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { inLanguage } from '../../schema/language.js';
import type { GovernanceContext } from './access.js';

@ObjectType({ description: 'A field of a registry, as its owner classifies it.' })
export class CatalogueField {
  @Field(() => String, { description: 'Type.field' })
  readonly coordinate!: string;

  @Field(() => String, { nullable: true, description: 'Its name in the language of the request.' })
  readonly label!: string | null;

  @Field(() => String, { description: 'The category of its data, such as diagnosis.' })
  readonly category!: string;

  @Field(() => Boolean, { description: 'Whether it is special data (GDPR 9).' })
  readonly isSpecial!: boolean;
}

@ObjectType('Registry')
@Directive('@key(fields: "name")')
export class GovernedRegistry {
  @Field(() => String)
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What the gateway adds to a registry of the directory: its connection, its contract and its catalogue. */
@Resolver(() => GovernedRegistry)
export class RegistryStateResolver {
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether it answers the gateway. While it does not, its fields are null.',
  })
  isReachable(@Root() { name }: GovernedRegistry, @Ctx() context: GovernanceContext): boolean {
    return context.registryState(name).isReachable;
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description:
      'How the schema that it answers differs from its contract. If there are differences, it is sent nothing until its schema or the contract is corrected.',
  })
  contractDifferences(
    @Root() { name }: GovernedRegistry,
    @Ctx() context: GovernanceContext,
  ): readonly string[] {
    return context.registryState(name).differences;
  }

  @FieldResolver(() => [CatalogueField], { nullable: true, description: 'Its fields and their categories.' })
  catalogue(
    @Root() { name }: GovernedRegistry,
    @Ctx() { policy, decision }: GovernanceContext,
  ): readonly CatalogueField[] {
    return policy.coordinates().flatMap(({ coordinate, registry, classification }) => {
      if (registry !== name || !classification) return [];
      const { category, special: isSpecial, label } = classification;
      return [
        { coordinate, category, isSpecial, label: label ? inLanguage(label, decision.language) : null },
      ];
    });
  }
}
