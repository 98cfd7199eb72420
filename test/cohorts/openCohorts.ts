import { policiesFolder } from '../../cli/options.js';
import { readGroupCodes } from '../../cli/runtime/localSubgraphs.js';
import { loadPolicy } from '../../cli/runtime/openPolicy.js';
import { parseQuestion, readQuestion, writeQuestion } from '../../registry-kit/criteria/cohortQuestion.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { noRestrictions } from '../../registry-kit/restrictions/restrictions.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { createSubgraph } from '../../registry-kit/subgraph/createSubgraph.js';
import { registrySources } from '../../registry-kit/subgraph/registrySources.js';
import { Feed } from '../../schema/feed.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { PersonSet } from '../../schema/personSet.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { type CohortsStore, sectorsIn } from '../../subgraphs/cohorts/cohortsStore.js';
import { CohortGroup } from '../../subgraphs/cohorts/group/cohortGroup.js';
import { type MemberSector, memberSectors } from '../../subgraphs/cohorts/members.js';
import { groupSources, registries } from '../../subgraphs/registries.js';
import { contextOf, testCaller } from '../city/testCaller.js';
import { rawAnswer } from './rawAnswer.js';

const PLANNER = contextOf(
  testCaller({ recipient: 'city-planning', roles: ['planner'], purposes: ['planning'] }),
);

const unlimited = { limit: 1, left: 1, resetsOn: 0 };

/** How numbers are protected and paid. */
type Protection = Omit<CohortsStore, 'codes'>;

const unprotected: Protection = {
  answer: rawAnswer,
  form: () => {},
  prices: {
    price: () => ({ least: 0, most: 0, askedBefore: false, budget: unlimited }),
    budget: () => unlimited,
  },
  recordKeys: (bound) => new Uint32Array(bound),
  parameters: () => ({
    minimum: 1,
    families: 1,
    familyShare: 1,
    noise: { maximum: 0, variance: 0 },
    questions: 1,
  }),
};

/** The registries of a city under the shipped policies, queried about groups as the gateway does. */
export interface OpenCohorts {
  readonly store: CohortsStore;
  group(where: unknown): Promise<CohortGroup>;
  /** The contacts of members in a period of ISO dates. */
  sectors(members: PersonSet, from: string, until: string): Promise<readonly MemberSector[]>;
}

/** @param protection the protection of numbers; none by default */
export async function openCohorts(data: string, protection: Protection = unprotected): Promise<OpenCohorts> {
  const policy = await loadPolicy(policiesFolder);
  const overlays = await openSnapshot(data, personFlagsRegistry);
  const subgraphs = new Map<string, Subgraph>();
  for (const { definition, module } of registries) {
    const snapshot = await openSnapshot(data, definition);
    const open = registrySources(
      () => snapshot,
      () => overlays.tables,
      () => ({ own: noRestrictions, population: noRestrictions }),
    );
    const decide = (requester: Parameters<typeof policy.decide>[0]) => policy.decide(requester, new Date());
    subgraphs.set(definition.name, await createSubgraph({ name: definition.name, module, decide, open }));
  }
  const store: CohortsStore = { ...protection, codes: await readGroupCodes() };

  const feedsOf = async (representation: object, names: readonly string[]) => {
    const { __typename: type } = representation as { __typename: string };
    const feeds = names.map(async (name) => {
      const result = await subgraphs.get(name)!.execute(
        {
          query: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${name} } } }`,
          variables: { r: [representation] },
        },
        PLANNER,
      );
      if (result.errors) throw result.errors[0]!;
      const [entity] = (result.data as { _entities: Record<string, unknown>[] })._entities;
      return [name, Feed.from(entity![name])] as const;
    });
    return new Map(await Promise.all(feeds));
  };

  return {
    store,
    async group(where) {
      const filter = writeQuestion(readQuestion({ where }));
      const feeds = await feedsOf(
        { __typename: 'Cohort', filter },
        groupSources.map(({ registry }) => registry),
      );
      return CohortGroup.of(parseQuestion(filter), feeds, groupSources, store, DEFAULT_LANGUAGE);
    },
    async sectors(set, from, until) {
      const names = sectorsIn(groupSources);
      const representation = { __typename: 'CohortMembers', filter: 'any', set, other: null, from, until };
      return memberSectors(await feedsOf(representation, names), names, store, DEFAULT_LANGUAGE);
    },
  };
}
