import {
  Arg,
  Ctx,
  Field,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '../../lib/typeGraphql.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { type GrantedWay, grantedWays } from '../../policies/engine/report/explainCell.js';
import { type MatrixRow, matrixRows } from '../../policies/engine/report/matrixHtml.js';
import type { Grant, Prohibition } from '../../policies/engine/policyModel.js';
import { inLanguage, type Language } from '../../schema/language.js';
import type { GovernanceContext } from './access.js';

/** What a cell of the matrix says. A cell that is not listed is denied, because no grant covers it. */
export enum PolicyEffect {
  ALLOW = 'ALLOW',
  MASK = 'MASK',
  DENY = 'DENY',
  PROHIBIT = 'PROHIBIT',
}
registerEnumType(PolicyEffect, {
  name: 'PolicyEffect',
  description: 'What policy says about a field for one role and one purpose.',
  valuesConfig: {
    ALLOW: { description: 'Some may see it as it is, under the listed conditions.' },
    MASK: { description: 'It is shown only made coarser by a mask.' },
    DENY: { description: 'It is not shown, because no grant applies or a part is withheld.' },
    PROHIBIT: { description: 'Its owner prohibits it, whatever is granted.' },
  },
});

@ObjectType({ description: 'A grant or a prohibition of a policy file.' })
export class PolicyRule {
  @Field(() => String, { description: 'registry/id' })
  readonly id!: string;

  @Field(() => String)
  readonly file!: string;

  @Field(() => Int)
  readonly line!: number;

  @Field(() => [String], { description: 'Its legal basis. A prohibition has none.' })
  readonly basis!: readonly string[];
}

@ObjectType({
  description: 'One way in which a field may be seen. The first whose conditions are true applies.',
})
export class PolicyWay {
  @Field(() => String, { nullable: true, description: 'null: the value itself.' })
  readonly mask!: string | null;

  @Field(() => [String], { description: 'What must be true for the data subject or the record.' })
  readonly conditions!: readonly string[];

  @Field(() => [PolicyRule], { description: 'Empty: an id or a part of a key, which needs no grant.' })
  readonly rules!: readonly PolicyRule[];
}

@ObjectType({ description: 'A role and a purpose that it may be used for.' })
export class MatrixColumn {
  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String)
  readonly role!: string;

  @Field(() => String)
  readonly purposeLabel!: string;

  @Field(() => String)
  readonly roleLabel!: string;
}

@ObjectType({ description: 'What one role may see of a field for one purpose.' })
export class MatrixCell {
  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String)
  readonly role!: string;

  @Field(() => PolicyEffect)
  readonly effect!: PolicyEffect;

  @Field(() => [PolicyWay], { description: 'Empty where the field is prohibited.' })
  readonly ways!: readonly PolicyWay[];

  @Field(() => PolicyRule, { nullable: true, description: 'The rule that prohibits the field.' })
  readonly prohibition!: PolicyRule | null;
}

@ObjectType({ description: 'A field, or a field as a derived type may use it, for all roles and purposes.' })
export class MatrixField {
  @Field(() => String, { description: 'Type.field' })
  readonly coordinate!: string;

  @Field(() => String, { nullable: true, description: 'null: the row says who may see the field itself.' })
  readonly derivedType!: string | null;

  @Field(() => String, { nullable: true, description: 'Its name by its owner.' })
  readonly label!: string | null;

  @Field(() => String, { nullable: true, description: 'null: its owner has not classified it.' })
  readonly category!: string | null;

  @Field(() => Boolean, { description: 'Whether it is of a special category, or secret by law (GDPR 9).' })
  readonly special!: boolean;

  @Field(() => String)
  readonly registry!: string;

  @Field(() => String)
  readonly owner!: string;

  @Field(() => [MatrixCell], { description: 'Roles and purposes that are not listed see nothing.' })
  readonly cells!: readonly MatrixCell[];
}

@ObjectType({ description: 'Who may see what: fields by purposes and roles.' })
export class PolicyMatrix {
  @Field(() => String)
  readonly revision!: string;

  @Field(() => [MatrixColumn])
  readonly columns!: readonly MatrixColumn[];

  @Field(() => [MatrixField])
  readonly fields!: readonly MatrixField[];
}

@Resolver()
export class PolicyMatrixResolver {
  @Query(() => PolicyMatrix, {
    nullable: true,
    description: 'Which role sees which field for which purpose, by which rules and laws.',
  })
  policyMatrix(
    @Arg('registry', () => String, { nullable: true, description: 'Only fields of this registry.' })
    registry: string | null,
    @Arg('purpose', () => String, { nullable: true, description: 'Only for this purpose.' })
    purpose: string | null,
    @Arg('role', () => String, { nullable: true, description: 'Only for this role.' })
    role: string | null,
    @Ctx() { policy, decision }: GovernanceContext,
  ): PolicyMatrix {
    const { revision, rows } = matrixRows(policy, role === null ? {} : { role });
    const { language } = decision;
    const columns = [...policy.purposes.values()].flatMap(({ id, label }) =>
      [...policy.roles.values()]
        .filter((holder) => holder.purposes.has(id) && (purpose ?? id) === id)
        .filter((holder) => (role ?? holder.id) === holder.id)
        .map((holder) => ({
          purpose: id,
          role: holder.id,
          purposeLabel: inLanguage(label, language),
          roleLabel: inLanguage(holder.label, language),
        })),
    );
    const fields = rows.filter((row) => (registry ?? row.registry) === row.registry);
    return {
      revision,
      columns,
      fields: fields.map((row) => fieldOf(row, columns, { policy, language })),
    };
  }
}

function fieldOf(
  row: MatrixRow,
  columns: readonly MatrixColumn[],
  { policy, language }: { readonly policy: Policy; readonly language: Language },
): MatrixField {
  const { coordinate, derivedType, classification, registry, cells } = row;
  const label = classification?.label;
  return {
    coordinate,
    derivedType: derivedType ?? null,
    label: label ? inLanguage(label, language) : null,
    category: classification?.category ?? null,
    special: classification?.special ?? false,
    registry,
    owner: ownerLabel(policy, registry, language),
    cells: columns.flatMap(({ purpose, role }): MatrixCell[] => {
      const column = { purpose, role };
      const access = cells.get(purpose)?.find((one) => one.role === role);
      if (access) {
        const ways = grantedWays(access.permissions, policy).map(describeWay);
        return [{ ...column, effect: effectOf(ways), ways, prohibition: null }];
      }
      const prohibition = prohibitionOf(row, purpose, policy);
      if (!prohibition) return [];
      return [{ ...column, effect: PolicyEffect.PROHIBIT, ways: [], prohibition: describeRule(prohibition) }];
    }),
  };
}

/** The name of a registry's owner. */
export function ownerLabel({ model }: Policy, registry: string, language: Language): string {
  const owner = model.registries.get(registry)?.owner;
  return owner ? inLanguage(owner, language) : registry;
}

function prohibitionOf(
  { registry, coordinate }: MatrixRow,
  purpose: string,
  policy: Policy,
): Prohibition | undefined {
  return policy.model.registries
    .get(registry)
    ?.prohibitions.find(({ purposes, fields }) => purposes.has(purpose) && fields.has(coordinate));
}

/** @param ways strongest first, at least one */
export function effectOf(ways: readonly PolicyWay[]): PolicyEffect {
  return ways.some(({ mask }) => mask === null) ? PolicyEffect.ALLOW : PolicyEffect.MASK;
}

export function describeWay({ mask, conditions, grants }: GrantedWay): PolicyWay {
  return { mask: mask ?? null, conditions, rules: grants.map(describeRule) };
}

export function describeRule(rule: Grant | Prohibition): PolicyRule {
  const { id, place } = rule;
  return { id, file: place.file, line: place.line, basis: 'basis' in rule ? rule.basis : [] };
}
