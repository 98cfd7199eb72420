import { concatAST, Kind, parse, visit } from 'graphql';
import type { Amendment } from '../../lib/buildFederatedSchema.js';
import { formatPartialDay, type PartialDate } from '../../lib/partialDate.js';
import { Directive, Field, Int, ObjectType, registerEnumType } from '../../lib/typeGraphql.js';
import { CodedValue } from '../../registry-kit/codes/codedValue.js';
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

/** A sector: a registry that gives contacts to paths, and the type of its contacts. */
export interface SectorSource {
  readonly registry: string;
  readonly contactType: string;
}

/** The values are the names of sectors in capitals. {@link nameSectors} adds them. */
export const Sector = {};
registerEnumType(Sector, {
  name: 'Sector',
  description: 'A departmental registry that hands contacts to service paths.',
});

export function sectorValue(registry: string): string {
  return registry.toUpperCase();
}

/** Each of its fields repeats a field of the contacts of every sector. */
@ObjectType({
  simpleResolvers: true,
  description:
    'An episode: contacts with one service. A longer gap between two contacts begins a new episode.',
})
export class ServiceStep implements DataSubject {
  readonly subject: number;

  @Field(() => PathPerson, { nullable: true })
  readonly person: PathPerson;

  @Field(() => Sector, { nullable: true })
  readonly sector: string;

  @Field(() => CodedValue, { nullable: true, description: "Its code list is the sector's `services`." })
  @Directive('@lineage(exposes: ["Contact.service"])')
  readonly service: CodedValue | null;

  @Field(() => PartialDateScalar, { nullable: true })
  @Directive('@lineage(exposes: ["Contact.startedAt"])')
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, {
    nullable: true,
    description: 'The last date known of the episode; missing where it is a single day.',
  })
  @Directive('@lineage(exposes: ["Contact.endedAt"])')
  readonly endedAt: PartialDate | null;

  @Field(() => CodedValue, { nullable: true, description: 'The unit, where all contacts had the same.' })
  @Directive('@lineage(exposes: ["Contact.unit"])')
  readonly unit: CodedValue | null;

  @Field(() => Int, { nullable: true, description: 'How many contacts.' })
  readonly contacts: number;

  constructor(episode: Episode) {
    this.subject = episode.person;
    this.person = new PathPerson(episode.person);
    this.sector = sectorValue(episode.sector);
    this.service = coding(`${episode.sector}/services`, episode.service);
    this.startedAt = formatPartialDay(episode.startedAt);
    this.endedAt = formatPartialDay(episode.endedAt);
    this.unit = coding(`${episode.sector}/units`, episode.unit);
    this.contacts = episode.contacts;
  }
}

function coding(list: string, code: string | null): CodedValue | null {
  return code === null ? null : new CodedValue(list, code);
}

/**
 * Adds the sectors to the enum `Sector`. In lineage, it replaces `Contact` by the type of each sector's
 * contacts.
 */
export function nameSectors(sectors: readonly SectorSource[]): Amendment {
  const values = sectors.map(({ registry }) => sectorValue(registry)).join(' ');
  const enumValues = parse(`extend enum Sector { ${values} }`, { noLocation: true });
  return (sdl) =>
    visit(concatAST([sdl, enumValues]), {
      ListValue: (list) => ({
        ...list,
        values: list.values.flatMap((value) => {
          if (value.kind !== Kind.STRING || !value.value.startsWith('Contact.')) return [value];
          return sectors.map(({ contactType }) => ({
            ...value,
            value: value.value.replace('Contact', contactType),
          }));
        }),
      }),
    });
}
