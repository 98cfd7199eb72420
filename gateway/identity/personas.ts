import type { PersonaEntry } from '../../policies/engine/parse/policyFiles.js';

/** A made-up user of a synthetic city. With `--dev` anyone may act as it. */
export interface Persona extends PersonaEntry {
  /** Whether the token names a person of the city, as which the persona has logged in. */
  readonly dataSubject?: true;
}

/** One for each role. */
export const personas: readonly Persona[] = [
  {
    id: 'family-team',
    label: { en: 'Family team worker', fi: 'Perhetiimin työntekijä', sv: 'Medarbetare i ett familjeteam' },
    explanation: {
      en: 'Works for child protection with the families of one team: sees the paths of its clients.',
      fi: 'Tekee lastensuojelun työtä yhden tiimin perheiden kanssa: näkee tiimin asiakkaiden palvelupolut.',
      sv: 'Arbetar inom barnskyddet med ett teams familjer: ser teamets klienters servicestigar.',
    },
    recipient: 'family-services',
    roles: ['family-team-worker'],
    purposes: ['child-protection'],
    units: ['PT-1'],
  },
  {
    id: 'doctor',
    label: { en: 'Health-centre doctor', fi: 'Terveyskeskuslääkäri', sv: 'Läkare vid hälsocentral' },
    explanation: {
      en: 'Treats patients: sees the health record of those in care.',
      fi: 'Hoitaa potilaita: näkee hoidossaan olevien terveystiedot.',
      sv: 'Behandlar patienter: ser hälsouppgifterna för dem som hen vårdar.',
    },
    recipient: 'health-services',
    roles: ['clinician'],
    purposes: ['care'],
    employee: 'H-2001',
  },
  {
    id: 'social-worker',
    label: { en: 'Social worker', fi: 'Sosiaalityöntekijä', sv: 'Socialarbetare' },
    explanation: {
      en: 'Serves clients and assesses the need of child protection: one purpose at a time.',
      fi: 'Palvelee asiakkaita ja arvioi lastensuojelun tarvetta: yksi käyttötarkoitus kerrallaan.',
      sv: 'Betjänar klienter och bedömer behovet av barnskydd: ett användningsändamål i taget.',
    },
    recipient: 'social-services',
    roles: ['social-worker'],
    purposes: ['social-service', 'child-protection'],
    employee: 'S-3001',
  },
  {
    id: 'educator',
    label: {
      en: 'Early-childhood educator',
      fi: 'Varhaiskasvatuksen opettaja',
      sv: 'Lärare inom småbarnspedagogik',
    },
    explanation: {
      en: 'Teaches a group of children: sees their enrolments and attendance.',
      fi: 'Opettaa lapsiryhmää: näkee lasten sijoitukset ja läsnäolot.',
      sv: 'Undervisar en barngrupp: ser barnens placeringar och närvaro.',
    },
    recipient: 'early-education',
    roles: ['educator'],
    purposes: ['early-education'],
    employee: 'E-4001',
  },
  {
    id: 'benefit-officer',
    label: { en: 'Benefit officer', fi: 'Etuuskäsittelijä', sv: 'Förmånshandläggare' },
    explanation: {
      en: 'Decides on income support: sees nothing of health.',
      fi: 'Päättää toimeentulotuesta: ei näe terveystietoja.',
      sv: 'Beslutar om utkomststöd: ser inga hälsouppgifter.',
    },
    recipient: 'benefits',
    roles: ['benefit-officer'],
    purposes: ['benefit'],
  },
  {
    id: 'planner',
    label: { en: 'City planner', fi: 'Kaupungin suunnittelija', sv: 'Planerare vid staden' },
    explanation: {
      en: 'Plans services: may never see a person.',
      fi: 'Suunnittelee palveluja: ei saa nähdä yksittäistä ihmistä.',
      sv: 'Planerar tjänster: får aldrig se en enskild person.',
    },
    recipient: 'city-planning',
    roles: ['planner'],
    purposes: ['planning', 'knowledge-management'],
  },
  {
    id: 'researcher',
    label: { en: 'Researcher', fi: 'Tutkija', sv: 'Forskare' },
    explanation: {
      en: 'Holds a research permit: sees coarse, pseudonymised records.',
      fi: 'Tutkimusluvan haltija: näkee karkeistettuja, pseudonymisoituja tietoja.',
      sv: 'Har ett forskningstillstånd: ser förgrovade, pseudonymiserade uppgifter.',
    },
    recipient: 'university',
    roles: ['researcher'],
    purposes: ['research'],
    permit: 'demo-permit-1',
  },
  {
    id: 'model-developer',
    label: { en: 'Model developer', fi: 'Mallinkehittäjä', sv: 'Modellutvecklare' },
    explanation: {
      en: 'Develops the model of predicted needs: sees how good it is, and no person.',
      fi: 'Kehittää ennakoidun tarpeen mallia: näkee, miten hyvä malli on, mutta ei ketään ihmistä.',
      sv: 'Utvecklar modellen för förutsett behov: ser hur bra modellen är, men ingen person.',
    },
    recipient: 'data-science',
    roles: ['model-developer'],
    purposes: ['development'],
  },
  {
    id: 'data-owner',
    label: { en: 'Data owner', fi: 'Tiedon omistaja', sv: 'Dataägare' },
    explanation: {
      en: 'Decides what a registry shows to others: sees policies and their changes, and no person.',
      fi: 'Päättää, mitä rekisteri näyttää muille: näkee käyttösäännöt ja niiden muutokset, mutta ei ketään ihmistä.',
      sv: 'Bestämmer vad ett register visar för andra: ser användningsreglerna och ändringarna i dem, men ingen person.',
    },
    recipient: 'data-administration',
    roles: ['data-owner'],
    purposes: ['policy-administration'],
  },
  {
    id: 'log-controller',
    label: { en: 'Log controller', fi: 'Lokivalvoja', sv: 'Loggkontrollant' },
    explanation: {
      en: 'Reviews who has read data: sees the log, and no record of a person.',
      fi: 'Valvoo, kuka tietoja on lukenut: näkee lokin, mutta ei kenenkään tietoja.',
      sv: 'Granskar vem som har läst uppgifter: ser loggen, men ingen persons uppgifter.',
    },
    recipient: 'log-control',
    roles: ['log-controller'],
    purposes: ['oversight'],
  },
  {
    id: 'operator',
    label: { en: 'Operator of the service', fi: 'Palvelun ylläpitäjä', sv: 'Driftansvarig' },
    explanation: {
      en: 'Runs the service: sees whether registries answer and are fresh, and no person.',
      fi: 'Ylläpitää palvelua: näkee, vastaavatko rekisterit ja ovatko ne ajan tasalla, mutta ei ketään ihmistä.',
      sv: 'Driver tjänsten: ser om registren svarar och är färska, men ingen person.',
    },
    recipient: 'service-operation',
    roles: ['operator'],
    purposes: ['service-operation'],
  },
  {
    id: 'resident',
    label: { en: 'Resident', fi: 'Asukas', sv: 'Invånare' },
    explanation: {
      en: 'Has logged in as a client of the family team: sees their own data, and nobody else.',
      fi: 'On kirjautunut perhetiimin asiakkaana: näkee omat tietonsa, ei kenenkään muun.',
      sv: 'Har loggat in som klient hos familjeteamet: ser sina egna uppgifter och ingen annans.',
    },
    recipient: 'resident',
    roles: ['resident'],
    purposes: ['data-subject'],
    dataSubject: true,
  },
];
