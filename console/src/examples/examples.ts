import cohort from './cohort.graphql';
import contactsAndPath from './contactsAndPath.graphql';
import familyPath from './familyPath.graphql';
import myOwnData from './myOwnData.graphql';
import myPeople from './myPeople.graphql';
import personPath from './personPath.graphql';
import predictedNeed from './predictedNeed.graphql';
import registries from './registries.graphql';
import whatMayISee from './whatMayISee.graphql';

/** An example operation. `explorer:examples.<id>` has its title and what it shows. */
export interface Example {
  readonly id: string;
  readonly query: string;
  /** The kind of id that its variable `$id` needs. */
  readonly about?: 'person' | 'family';
}

export const examples: readonly Example[] = [
  { id: 'myPeople', query: myPeople },
  { id: 'personPath', query: personPath, about: 'person' },
  { id: 'familyPath', query: familyPath, about: 'family' },
  { id: 'predictedNeed', query: predictedNeed, about: 'family' },
  { id: 'cohort', query: cohort },
  { id: 'contactsAndPath', query: contactsAndPath, about: 'person' },
  { id: 'myOwnData', query: myOwnData },
  { id: 'whatMayISee', query: whatMayISee },
  { id: 'registries', query: registries },
];
