import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, parseDocument, type YAMLSeq } from 'yaml';
import { policiesFolder } from '../../cli/options.js';

/** Replacements for parts of some shipped grants: `show` and `derive`. */
const GRANTS = {
  // Dates masked to the year; diagnosis, urgency and unit hidden.
  'health/family-team': {
    show: {
      'Person.healthContacts': 'allow',
      'HealthContact.{startedAt,endedAt}': { mask: 'year' },
      'HealthContact.service': 'allow',
    },
    derive: {
      ServicePath: ['HealthContact.{service,startedAt,endedAt}'],
      FamilyServicePath: ['HealthContact.{service,startedAt,endedAt}'],
      PersonPage: ['Person.healthContacts'],
    },
  },
  // Dates hidden, and so arguments by date; the whole sector withheld from paths.
  'education/family-team': {
    show: {
      'Person.{educationContacts,enrolments}': 'allow',
      'EducationContact.{service,hours}': 'allow',
      'Enrolment.service': 'allow',
    },
    derive: { PersonPage: ['Person.educationContacts'] },
  },
  // Planners form no groups by contacts with health services.
  'health/groups': {
    derive: {
      CohortMembers: ['HealthContact.{service,startedAt,endedAt}'],
    },
  },
  // Nor by the amount of income support.
  'social/groups': {
    derive: {
      Cohort: [
        'Person.{socialContacts,childProtection,incomeSupport}',
        'SocialContact.{startedAt,endedAt,service,kind,decision}',
        'ChildProtectionStep.{step,startedAt,endedAt}',
        'IncomeSupportMonth.month',
      ],
      CohortMembers: ['SocialContact.{service,startedAt,endedAt}'],
    },
  },
} as const;

/**
 * The shipped policies, except that the family team sees less of what it lists (dates by the year, one sector
 * withheld, arguments hidden) and planners have fewer criteria. Every attack finds something to try there.
 */
export async function sharpPolicies(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-policies-'));
  const isPolicy = (path: string): boolean => path === policiesFolder || /\.ya?ml$/.test(path);
  await cp(policiesFolder, folder, { recursive: true, filter: isPolicy });
  for (const [rule, changed] of Object.entries(GRANTS)) {
    const [registry = '', id = ''] = rule.split('/');
    const file = join(folder, `${registry}.yaml`);
    const document = parseDocument(await readFile(file, 'utf8'));
    const grants = document.get('grants') as YAMLSeq;
    const grant = grants.items.find((item) => isMap(item) && item.get('id') === id);
    if (!isMap(grant)) throw new Error(`There is no grant ${rule}.`);
    for (const [key, value] of Object.entries(changed)) grant.set(key, document.createNode(value));
    await writeFile(file, String(document));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
