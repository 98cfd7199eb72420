import { formatDay } from '../../lib/calendar.js';
import { Ctx, Field, ObjectType, Query, Resolver } from '../../lib/typeGraphql.js';
import type { GovernanceContext } from './access.js';

@ObjectType({ description: 'A person of owners.yaml, by office and not by name.' })
export class SigningPerson {
  @Field(() => String, { description: 'Id in owners.yaml.' })
  readonly id!: string;

  @Field(() => String)
  readonly office!: string;

  @Field(() => [String], { description: 'The registries that the person signs for.' })
  readonly registries!: readonly string[];

  @Field(() => [String], { description: 'Credential ids of the passkeys, base64url.' })
  readonly passkeys!: readonly string[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether owners.yaml names your login for the person; null: it names none.',
  })
  readonly isYou!: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'The last day on which new signatures of the person are valid.',
  })
  readonly until!: string | null;
}

@ObjectType({ description: 'Who signs policies, and at which address people sign with passkeys.' })
export class PolicySigning {
  @Field(() => Boolean, { description: 'false with --dev, where policies are in force without signatures.' })
  readonly isNeeded!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The relying party identifier (WebAuthn); null: nobody signs with passkeys here.',
  })
  readonly relyingParty!: string | null;

  @Field(() => String, { description: 'Your login, as owners.yaml can name it for a person.' })
  readonly login!: string;

  @Field(() => [SigningPerson])
  readonly people!: readonly SigningPerson[];
}

/** Says who may sign, from owners.yaml, so that the console can ask for the right passkey. */
@Resolver()
export class PolicySigningResolver {
  @Query(() => PolicySigning, {
    nullable: true,
    description: 'Who may sign policies, and with which passkeys.',
  })
  async policySigning(@Ctx() { revisionService, decision }: GovernanceContext): Promise<PolicySigning> {
    const login = decision.caller.subject;
    if (!revisionService) return { isNeeded: false, relyingParty: null, login, people: [] };
    const { relyingParty, people, peopleOf } = await revisionService.owners();
    return {
      isNeeded: true,
      relyingParty: relyingParty?.id ?? null,
      login,
      people: [...people.values()].map(({ id, label, passkeys, login: known, until }) => ({
        id,
        office: label,
        registries: [...peopleOf].flatMap(([registry, ids]) => (ids.has(id) ? [registry] : [])),
        passkeys: passkeys.map((passkey) => passkey.id),
        isYou: known === undefined ? null : known === login,
        until: until === undefined ? null : formatDay(until),
      })),
    };
  }
}
