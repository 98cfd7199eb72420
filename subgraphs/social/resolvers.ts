import { Args, Ctx, FieldResolver, Resolver, Root } from '../../schema/typeGraphql.js';
import { type ContactFilter, contactArgs, intervalArgs } from '../registry/contacts/intervalArgs.js';
import type { Period } from '../registry/contacts/period.js';
import { rowNumbers, selectContacts, selectRows } from '../registry/contacts/selectRows.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { socialRegistry } from './tables.js';
import { ChildProtectionStep, IncomeSupportMonth, SocialContact, SocialPerson } from './types.js';

type Context = RegistryContext<typeof socialRegistry>;

const SocialContactArgs = contactArgs('SocialContact');
const ChildProtectionArgs = intervalArgs('ChildProtectionStep');

@Resolver(() => SocialPerson)
export class SocialPersonResolver {
  @FieldResolver(() => [SocialContact], { nullable: true, description: 'Contacts with social services.' })
  async socialContacts(
    @Root() person: SocialPerson,
    @Args(() => SocialContactArgs) filter: ContactFilter,
    @Ctx() context: Context,
  ): Promise<SocialContact[]> {
    const slice = await context.store.rows.rows('contacts', person.id);
    const rows = selectContacts(
      slice,
      filter,
      { coordinate: 'Person.socialContacts', type: 'SocialContact' },
      context,
    );
    return rows.map((row) => new SocialContact(slice.table, row));
  }

  @FieldResolver(() => [ChildProtectionStep], { nullable: true, description: 'Steps of child protection.' })
  async childProtection(
    @Root() person: SocialPerson,
    @Args(() => ChildProtectionArgs) period: Period,
    @Ctx() context: Context,
  ): Promise<ChildProtectionStep[]> {
    const slice = await context.store.rows.rows('childProtection', person.id);
    const identity = (row: number): bigint => slice.table.columns.id[row]!;
    const selection = {
      period,
      context,
      coordinate: 'Person.childProtection',
      type: 'ChildProtectionStep',
      ongoing: true,
      identity,
    };
    return selectRows(slice.table, slice, selection).map((row) => new ChildProtectionStep(slice.table, row));
  }

  @FieldResolver(() => [IncomeSupportMonth], { nullable: true, description: 'Months of income support.' })
  async incomeSupport(@Root() person: SocialPerson, @Ctx() context: Context): Promise<IncomeSupportMonth[]> {
    const slice = await context.store.rows.rows('incomeSupport', person.id);
    const months = [...rowNumbers(slice)].map((row) => new IncomeSupportMonth(slice.table, row));
    const shown = (item: IncomeSupportMonth, field: 'month' | 'amount'): string =>
      String(context.access.see(`IncomeSupportMonth.${field}`, item, item[field]!) ?? '');
    // In the order of what is shown: where months are masked, that of the table would tell them.
    const key = (item: IncomeSupportMonth): string => `${shown(item, 'month')} ${shown(item, 'amount')}`;
    return months.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}
