import { Field, ObjectType, registerEnumType } from '../../schema/typeGraphql.js';

export enum AccessEffect {
  ALLOW = 'ALLOW',
  MASK = 'MASK',
}
registerEnumType(AccessEffect, {
  name: 'AccessEffect',
  description: 'How a field may be seen.',
  valuesConfig: {
    ALLOW: { description: 'As it is.' },
    MASK: { description: 'Made coarser by the mask that is named.' },
  },
});

@ObjectType({
  description: 'One way in which a field may be seen. Of several, the first whose conditions hold applies.',
})
export class FieldAccess {
  @Field(() => String, { description: 'Type.field' })
  readonly coordinate!: string;

  @Field(() => AccessEffect)
  readonly effect!: AccessEffect;

  @Field(() => String, { nullable: true })
  readonly mask!: string | null;

  @Field(() => [String], { description: 'What must hold for the person whom the data is about.' })
  readonly conditions!: readonly string[];

  @Field(() => String, { description: 'Who owns the data and made this rule.' })
  readonly owner!: string;
}

@ObjectType({ description: 'What your roles may see for the purpose of this request.' })
export class Access {
  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String)
  readonly purposeLabel!: string;

  @Field(() => [String])
  readonly roles!: readonly string[];

  @Field(() => String, { description: 'The policy revision that decides.' })
  readonly revision!: string;

  @Field(() => [FieldAccess])
  readonly fields!: readonly FieldAccess[];
}
