import type { ComponentType } from 'react';

/** A page of the console. */
export interface PageEntry {
  /** The folder of the page below `console/src`, and the namespace of its texts. */
  readonly folder: string;
  /** Its address after `#/`. It never contains an id of a person: browsers remember addresses. */
  readonly path: string;
  /** Open to users for which policy shows one of these coordinates. */
  readonly needs: readonly string[];
  /** Fetches the code of the page when it is first opened. */
  readonly load: () => Promise<ComponentType>;
}

/**
 * The pages in the order of the menu: the work of a role comes before what all may read. The first is where
 * a user begins. `frame:page.<path>` is the name of each.
 */
export const pages: readonly PageEntry[] = [
  {
    folder: 'people',
    path: 'people',
    needs: ['Query.persons', 'Query.family'],
    load: async () => (await import('../people/peoplePage.js')).PeoplePage,
  },
  {
    folder: 'needs',
    path: 'needs',
    needs: ['Person.childProtectionRisk'],
    load: async () => (await import('../needs/needsPage.js')).NeedsPage,
  },
  {
    folder: 'groups',
    path: 'groups',
    needs: ['Query.cohort'],
    load: async () => (await import('../groups/groupsPage.js')).GroupsPage,
  },
  {
    folder: 'policies',
    path: 'policies',
    needs: ['Query.policyMatrix', 'Query.policyRevisions'],
    load: async () => (await import('../policies/policiesPage.js')).PoliciesPage,
  },
  {
    folder: 'models',
    path: 'models',
    needs: ['Query.riskRegister'],
    load: async () => (await import('../models/modelsPage.js')).ModelsPage,
  },
  {
    folder: 'own-data',
    path: 'own-data',
    needs: ['Query.accessLog'],
    load: async () => (await import('../own-data/ownDataPage.js')).OwnDataPage,
  },
  {
    folder: 'log',
    path: 'log',
    needs: ['Query.auditLog'],
    load: async () => (await import('../log/logPage.js')).LogPage,
  },
  {
    folder: 'registries',
    path: 'registries',
    needs: ['Query.registries'],
    load: async () => (await import('../registries/registriesPage.js')).RegistriesPage,
  },
  {
    folder: 'access',
    path: 'access',
    needs: ['Query.access'],
    load: async () => (await import('../access/accessPage.js')).AccessPage,
  },
  {
    folder: 'explorer',
    path: 'explorer',
    needs: ['Query.access'],
    load: async () => (await import('../explorer/explorerPage.js')).ExplorerPage,
  },
];
