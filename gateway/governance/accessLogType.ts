import { Field, ID, ObjectType } from '../../schema/typeGraphql.js';

@ObjectType({ description: 'One time that your data was read.' })
export class AccessLogEntry {
  @Field(() => ID, { description: 'The decision, by which an organisation can be asked about it.' })
  readonly id!: string;

  @Field(() => String, { description: 'When, by ISO 8601 in UTC.' })
  readonly at!: string;

  @Field(() => String, { description: 'For which purpose of use.' })
  readonly purpose!: string;

  @Field(() => String)
  readonly purposeLabel!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The organisation that received it. Not told to a person under non-disclosure for safety.',
  })
  readonly recipient!: string | null;

  @Field(() => [String], { description: 'Categories of data that were asked and shown.' })
  readonly categories!: readonly string[];

  @Field(() => Boolean, { description: 'Whether the reader stated an emergency; each such use is reviewed.' })
  readonly brokeGlass!: boolean;
}
