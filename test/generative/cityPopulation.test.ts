import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PERIOD } from '../../synthetic-city/calendar.js';
import { ageOn, residentFrom, type Interval, residentUntil } from '../../synthetic-city/people.js';
import { buildPopulation } from '../../synthetic-city/population.js';
import { drawProtection } from '../../synthetic-city/protection/drawProtection.js';
import { plantedEffects } from '../../synthetic-city/protection/plantedEffects.js';

const cities = fc.record({ persons: fc.integer({ min: 1, max: 400 }), seed: fc.integer() });

const end = (interval: Interval): number => interval.until ?? PERIOD.last;

describe('any synthetic population', () => {
  it('has the requested number of people, each with a unique code', () => {
    fc.assert(
      fc.property(cities, ({ persons, seed }) => {
        const population = buildPopulation(persons, seed);
        expect(population.persons.length).toBe(persons);
        const former = population.persons.flatMap((person) => person.formerCode?.code ?? []);
        const codes = [
          ...population.persons.map((person) => person.code),
          ...former,
          ...population.strangers,
        ];
        expect(new Set(codes).size).toBe(codes.length);
      }),
      { numRuns: 60 },
    );
  });

  it('houses every person without gaps, within the period and during their life', () => {
    fc.assert(
      fc.property(cities, ({ persons, seed }) => {
        for (const person of buildPopulation(persons, seed).persons) {
          expect(person.residences.length).toBeGreaterThan(0);
          expect(residentFrom(person)).toBeGreaterThanOrEqual(Math.max(PERIOD.first, person.birth));
          expect(residentUntil(person)).toBeLessThanOrEqual(Math.min(PERIOD.last, person.death ?? Infinity));
          person.residences.forEach((residence, i) => {
            expect(end(residence)).toBeGreaterThanOrEqual(residence.from);
            const next = person.residences[i + 1];
            if (next !== undefined) expect(next.from).toBe(end(residence) + 1);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps each person in one family at a time while they live in the city', () => {
    fc.assert(
      fc.property(cities, ({ persons, seed }) => {
        const last = new Map<number, number>();
        const memberships = buildPopulation(persons, seed).families.flatMap((family) => family.memberships);
        for (const membership of memberships.sort((a, b) => a.from - b.from)) {
          const { person, from } = membership;
          expect(from).toBeGreaterThan(last.get(person.index) ?? -Infinity);
          expect(end(membership)).toBeGreaterThanOrEqual(from);
          expect(end(membership)).toBeLessThanOrEqual(residentUntil(person));
          last.set(person.index, end(membership));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has protection steps only for minors who live in the city, except after-care', () => {
    fc.assert(
      fc.property(cities, fc.nat(3), ({ persons, seed }, truthSeed) => {
        const effects = plantedEffects(truthSeed);
        for (const [child, steps] of drawProtection(buildPopulation(persons, seed), { seed, effects })
          .steps) {
          for (const step of steps) {
            expect(step.from).toBeGreaterThanOrEqual(residentFrom(child));
            expect(end(step)).toBeGreaterThanOrEqual(step.from);
            expect(end(step)).toBeLessThanOrEqual(residentUntil(child));
            expect(ageOn(child, step.from)).toBeLessThan(18.01);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
