import cohort from './cohort.graphql';
import contactsAndPath from './contactsAndPath.graphql';
import familyPath from './familyPath.graphql';
import predictedNeed from './predictedNeed.graphql';
import myOwnData from './myOwnData.graphql';
import myPeople from './myPeople.graphql';
import personPath from './personPath.graphql';
import registries from './registries.graphql';
import whatMayISee from './whatMayISee.graphql';

/** An example operation. */
export interface Example {
  readonly title: string;
  readonly explanation: string;
  readonly query: string;
  /** The kind of id that its variable `$id` needs. */
  readonly about?: 'person' | 'family';
}

export const examples: readonly Example[] = [
  {
    title: 'My people',
    explanation:
      'The first five people that you may see. Only you can use their ids, and only for this purpose.',
    query: myPeople,
  },
  {
    title: 'A person’s service path',
    explanation:
      'Every contact of one person since 2010, from all sectors, merged into episodes in order of time.',
    query: personPath,
    about: 'person',
  },
  {
    title: 'A family’s service path',
    explanation: 'The same for a whole family: what happened to everyone while they were members of it.',
    query: familyPath,
    about: 'family',
  },
  {
    title: 'Predicted need of a family’s children',
    explanation:
      'Whether they may need child protection within five years, and how each number was computed. For a family team or a social worker; anybody else is refused.',
    query: predictedNeed,
    about: 'family',
  },
  {
    title: 'A group, in numbers',
    explanation:
      'Children notified to child protection with a parent in mental-health or substance-use care: how many, by year, and how their paths began. For planning; nobody is shown.',
    query: cohort,
  },
  {
    title: 'Contacts and path, each with its own period',
    explanation: 'Health contacts of one year and the path of fifteen, in one query.',
    query: contactsAndPath,
    about: 'person',
  },
  {
    title: 'My own data, and who has read it',
    explanation:
      'For the resident: the path of the person who has logged in, and the last times it was read.',
    query: myOwnData,
  },
  {
    title: 'What may I see?',
    explanation:
      'Each field that policy shows to you for this purpose: whole or masked, on which conditions, and its owner.',
    query: whatMayISee,
  },
  {
    title: 'The registries',
    explanation: 'Where the data comes from: rows, rejected rows and time of extraction.',
    query: registries,
  },
];
