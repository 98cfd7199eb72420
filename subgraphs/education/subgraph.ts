import { contactFeeds } from '../registry/feeds/contactFeeds.js';
import { joinModules } from '../registry/subgraph/subgraphModule.js';
import { educationCriteria } from './criteria.js';
import { EducationPersonResolver } from './resolvers.js';
import { EducationContact, EducationPerson } from './types.js';

export const educationModule = joinModules(
  {
    resolvers: [EducationPersonResolver],
    entities: [EducationPerson, EducationContact],
    references: { Person: ({ id }) => new EducationPerson(id as number) },
  },
  contactFeeds('education', 'EducationContact', 'educationContacts', educationCriteria),
);
