import type { PersonaEntry } from '../../policies/engine/parse/policyFiles.js';

/** A made-up user of a synthetic city. With `--dev` anyone may act as it. */
export interface Persona extends PersonaEntry {
  /** Whether the token names a person of the city, as which the persona has logged in. */
  readonly dataSubject?: true;
}

export const personas: readonly Persona[] = [
  {
    id: 'family-team',
    label: 'Family team worker',
    explanation: 'Works for child protection with the families of one team: sees the paths of its clients.',
    recipient: 'family-services',
    roles: ['family-team-worker'],
    purposes: ['child-protection'],
    units: ['PT-1'],
  },
  {
    id: 'doctor',
    label: 'Health-centre doctor',
    explanation: 'Treats patients: sees the health record of those in care.',
    recipient: 'health-services',
    roles: ['clinician'],
    purposes: ['care'],
    employee: 'H-2001',
  },
  {
    id: 'social-worker',
    label: 'Social worker',
    explanation: 'Serves clients and assesses the need of child protection: one purpose at a time.',
    recipient: 'social-services',
    roles: ['social-worker'],
    purposes: ['social-service', 'child-protection'],
    employee: 'S-3001',
  },
  {
    id: 'educator',
    label: 'Early-childhood educator',
    explanation: 'Teaches a group of children: sees their enrolments and attendance.',
    recipient: 'early-education',
    roles: ['educator'],
    purposes: ['early-education'],
    employee: 'E-4001',
  },
  {
    id: 'benefit-officer',
    label: 'Benefit officer',
    explanation: 'Decides on income support: sees nothing of health.',
    recipient: 'benefits',
    roles: ['benefit-officer'],
    purposes: ['benefit'],
  },
  {
    id: 'planner',
    label: 'City planner',
    explanation: 'Plans services: may never see a person.',
    recipient: 'city-planning',
    roles: ['planner'],
    purposes: ['planning', 'knowledge-management'],
  },
  {
    id: 'researcher',
    label: 'Researcher',
    explanation: 'Holds a research permit: sees coarse, pseudonymised records.',
    recipient: 'university',
    roles: ['researcher'],
    purposes: ['research'],
    permit: 'demo-permit-1',
  },
  {
    id: 'resident',
    label: 'Resident',
    explanation: 'Has logged in as a client of the family team: sees their own data, and nobody else.',
    recipient: 'resident',
    roles: ['resident'],
    purposes: ['data-subject'],
    dataSubject: true,
  },
];
