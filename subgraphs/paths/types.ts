import { formatPartialDay, type PartialDate } from '../../lib/partialDate.js';
import { Directive, Field, Int, ObjectType, registerEnumType } from '../../lib/typeGraphql.js';
import type { DataSubject } from '../../registry-kit/enforcement/dataSubject.js';
import { FamilyStub, PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import { PartialDateScalar } from '../../schema/scalars.js';
import type { Episode } from './episodes.js';

@ObjectType('Person')
@Directive('@key(fields: "id")')
export class PathPerson extends PersonStub {}

@ObjectType('Family')
@Directive('@key(fields: "id")')
export class PathFamily extends FamilyStub {}

/**
 * A step of a path as resolvers build it. Its GraphQL type is built below, because its lineage names all
 * sectors.
 */
export interface ServiceStep extends DataSubject {
  readonly person: PathPerson;
  readonly sector: string;
  readonly service: string | null;
  readonly startedAt: PartialDate | null;
  readonly endedAt: PartialDate | null;
  readonly unit: string | null;
  readonly contacts: number;
}

/** A sector: a registry that gives contacts to paths, and the type of its contacts. */
export interface SectorSource {
  readonly registry: string;
  readonly contactType: string;
}

/** Values of the sector enum (a registry's name in capitals) -> registries. */
type SectorEnum = Readonly<Record<string, string>>;

export function sectorEnum(sectors: readonly SectorSource[]): SectorEnum {
  const values = Object.fromEntries(sectors.map(({ registry }) => [registry.toUpperCase(), registry]));
  registerEnumType(values, {
    name: 'Sector',
    description: 'A departmental registry that hands contacts to service paths.',
  });
  return values;
}

/** The type of a step: each of its fields repeats a field of the contacts of every sector. */
export function stepType(
  sectors: readonly SectorSource[],
  sector: SectorEnum,
): new (episode: Episode) => ServiceStep {
  const exposes = (field: string) =>
    `@lineage(exposes: [${sectors.map(({ contactType }) => `"${contactType}.${field}"`).join(', ')}])`;

  @ObjectType('ServiceStep', {
    simpleResolvers: true,
    description:
      'An episode: contacts with one service. A longer gap between two contacts begins a new episode.',
  })
  class Step implements ServiceStep {
    readonly subject: number;

    @Field(() => PathPerson, { nullable: true })
    readonly person: PathPerson;

    @Field(() => sector, { nullable: true })
    readonly sector: string;

    @Field(() => String, { nullable: true, description: "The service's code in the sector's code list." })
    @Directive(exposes('service'))
    readonly service: string | null;

    @Field(() => PartialDateScalar, { nullable: true })
    @Directive(exposes('startedAt'))
    readonly startedAt: PartialDate | null;

    @Field(() => PartialDateScalar, {
      nullable: true,
      description: 'The last date known of the episode; missing where it is a single day.',
    })
    @Directive(exposes('endedAt'))
    readonly endedAt: PartialDate | null;

    @Field(() => String, { nullable: true, description: 'The unit, where all contacts had the same.' })
    @Directive(exposes('unit'))
    readonly unit: string | null;

    @Field(() => Int, { nullable: true, description: 'How many contacts.' })
    readonly contacts: number;

    constructor(episode: Episode) {
      this.subject = episode.person;
      this.person = new PathPerson(episode.person);
      this.sector = episode.sector;
      this.service = episode.service;
      this.startedAt = formatPartialDay(episode.startedAt);
      this.endedAt = formatPartialDay(episode.endedAt);
      this.unit = episode.unit;
      this.contacts = episode.contacts;
    }
  }
  return Step;
}
