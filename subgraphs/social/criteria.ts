import { contactRows, serviceArgument } from '../registry/groups/contactCriteria.js';
import type { Criteria } from '../registry/groups/criterion.js';
import { rowsCriterion } from '../registry/groups/rowsCriterion.js';
import type { RegistryStore } from '../registry/subgraph/registryContext.js';

/** What groups are formed by in social services. */
export const socialCriteria: Criteria<RegistryStore> = {
  socialContacts: rowsCriterion({
    ...contactRows('SocialContact', 'socialContacts'),
    description: 'Contacts with social services.',
    arguments: {
      services: serviceArgument('SocialContact'),
      kinds: {
        kind: 'codes',
        column: 'kind',
        coordinate: 'SocialContact.kind',
        list: 'kinds',
        description: 'Any of these kinds of contact.',
      },
      decisions: {
        kind: 'codes',
        column: 'decision',
        coordinate: 'SocialContact.decision',
        list: 'decisions',
        description: 'Any of these decisions.',
      },
    },
  }),
  childProtection: rowsCriterion({
    description: 'Steps of child protection (417/2007).',
    table: 'childProtection',
    rows: 'Person.childProtection',
    startedAt: { column: 'start', coordinate: 'ChildProtectionStep.startedAt' },
    endedAt: { column: 'end', coordinate: 'ChildProtectionStep.endedAt' },
    ongoing: true,
    arguments: {
      steps: {
        kind: 'codes',
        column: 'step',
        coordinate: 'ChildProtectionStep.step',
        list: 'steps',
        description: 'Any of these steps.',
      },
    },
  }),
  incomeSupport: rowsCriterion({
    description: 'Months of income support (1412/1997).',
    table: 'incomeSupport',
    rows: 'Person.incomeSupport',
    startedAt: { column: 'month', coordinate: 'IncomeSupportMonth.month' },
    arguments: {
      amount: {
        kind: 'range',
        column: 'amount',
        coordinate: 'IncomeSupportMonth.amount',
        description: 'Euros in the month.',
      },
    },
  }),
};
