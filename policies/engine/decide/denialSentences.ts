import type { LocalizedText } from '../../../schema/language.js';

/**
 * The sentences of refusals in one language. Coordinates, laws and the ids of rules stay as their owners
 * wrote them; purposes, roles and owners come by name.
 */
export interface DenialSentences {
  noSuchField(field: string): string;
  noSuchPurpose(purpose: string): string;
  purposeForbidden(purpose: string, basis: string): string;
  noRole(purpose: string): string;
  permitUnknown(): string;
  permitOfAnother(permit: string): string;
  permitForAnother(permit: string, itsPurpose: string, purpose: string): string;
  permitEarly(permit: string, day: string): string;
  permitLate(permit: string, day: string): string;
  outsidePermit(permit: string, field: string): string;
  internal(field: string): string;
  unclassified(owner: string, field: string): string;
  /** Without the full stop: the owner's own reason may follow. */
  prohibited(owner: string, field: string, purpose: string, rule: string): string;
  aggregateOnly(purpose: string, field: string): string;
  quasiIdentifier(field: string, owner: string, purpose: string): string;
  /** @param underPermit whether a research permit would open it */
  notGranted(owner: string, field: string, roles: string, purpose: string, underPermit: boolean): string;
  clashingMasks(owner: string, field: string): string;
  /** @param parts sentences of {@link withholds} */
  inputs(field: string, roles: string, purpose: string, parts: string): string;
  withholds(owner: string, fields: string): string;
  elsewhere(field: string, other: string): string;
}

const english: DenialSentences = {
  noSuchField: (field) => `There is no ${field} in the graph.`,
  noSuchPurpose: (purpose) => `There is no purpose "${purpose}".`,
  purposeForbidden: (purpose, basis) => `Nothing is ever shown for "${purpose}" (${basis}).`,
  noRole: (purpose) => `None of the caller's roles may be used for "${purpose}".`,
  permitUnknown: () => 'There is no permit with the number in the token.',
  permitOfAnother: (permit) => `The permit ${permit} was given to another organisation.`,
  permitForAnother: (permit, its, purpose) => `The permit ${permit} is for "${its}", not for "${purpose}".`,
  permitEarly: (permit, day) => `The permit ${permit} is valid from ${day}.`,
  permitLate: (permit, day) => `The permit ${permit} ended on ${day}.`,
  outsidePermit: (permit, field) => `The permit ${permit} does not cover ${field}.`,
  internal: (field) => `${field} is internal to the graph and shown to nobody.`,
  unclassified: (owner, field) => `${owner} has not classified ${field}, so nobody sees it.`,
  prohibited: (owner, field, purpose, rule) => `${owner} prohibits ${field} for "${purpose}" (${rule})`,
  aggregateOnly: (purpose, field) =>
    `"${purpose}" shows only group results, never data about individual people such as ${field}.`,
  quasiIdentifier: (field, owner, purpose) =>
    `${field} could identify somebody, so ${owner} withholds it from pseudonymised purposes such as "${purpose}".`,
  notGranted: (owner, field, roles, purpose, underPermit) =>
    `${owner} has not granted ${field} to ${roles} for "${purpose}"${underPermit ? ' without a research permit' : ''}.`,
  clashingMasks: (owner, field) =>
    `Grants of ${owner} contradict each other on ${field}: neither of their masks is the coarser one.`,
  inputs: (field, roles, purpose, parts) =>
    `${field} is made of data that is withheld from ${roles} for "${purpose}": ${parts}.`,
  withholds: (owner, fields) => `${owner} withholds ${fields}`,
  elsewhere: (field, other) => `${field} depends on ${other}.`,
};

const finnish: DenialSentences = {
  noSuchField: (field) => `Graafissa ei ole kenttää ${field}.`,
  noSuchPurpose: (purpose) => `Käyttötarkoitusta ”${purpose}” ei ole.`,
  purposeForbidden: (purpose, basis) =>
    `Käyttötarkoitukseen ”${purpose}” ei koskaan näytetä mitään (${basis}).`,
  noRole: (purpose) => `Mitään käyttäjän rooleista ei voi käyttää tarkoitukseen ”${purpose}”.`,
  permitUnknown: () => 'Tunnisteessa olevalla numerolla ei ole lupaa.',
  permitOfAnother: (permit) => `Lupa ${permit} on annettu toiselle organisaatiolle.`,
  permitForAnother: (permit, its, purpose) =>
    `Lupa ${permit} on annettu tarkoitukseen ”${its}”, ei tarkoitukseen ”${purpose}”.`,
  permitEarly: (permit, day) => `Lupa ${permit} on voimassa alkaen ${day}.`,
  permitLate: (permit, day) => `Lupa ${permit} päättyi ${day}.`,
  outsidePermit: (permit, field) => `Lupa ${permit} ei kata kenttää ${field}.`,
  internal: (field) => `Kenttä ${field} on graafin sisäinen, eikä sitä näytetä kenellekään.`,
  unclassified: (owner, field) =>
    `${owner} ei ole luokitellut kenttää ${field}, joten sitä ei näytetä kenellekään.`,
  prohibited: (owner, field, purpose, rule) =>
    `${owner} kieltää kentän ${field} näyttämisen käyttötarkoitukseen ”${purpose}” (${rule})`,
  aggregateOnly: (purpose, field) =>
    `Käyttötarkoitukseen ”${purpose}” näytetään vain ryhmiä koskevia tuloksia, ei koskaan yksittäisten ihmisten tietoja kuten ${field}.`,
  quasiIdentifier: (field, owner, purpose) =>
    `Kentän ${field} perusteella joku voitaisiin tunnistaa, joten ${owner} ei näytä sitä pseudonymisoitua tietoa käyttäviin tarkoituksiin kuten ”${purpose}”.`,
  notGranted: (owner, field, roles, purpose, underPermit) =>
    `${owner} ei ole myöntänyt kenttää ${field} roolille ${roles} käyttötarkoitukseen ”${purpose}”${underPermit ? ' ilman tutkimuslupaa' : ''}.`,
  clashingMasks: (owner, field) =>
    `Omistajan ${owner} myöntämät oikeudet kenttään ${field} ovat ristiriidassa: kumpikaan karkeistus ei ole toista karkeampi.`,
  inputs: (field, roles, purpose, parts) =>
    `Kenttä ${field} koostuu tiedoista, joita ei näytetä roolille ${roles} käyttötarkoitukseen ”${purpose}”: ${parts}.`,
  withholds: (owner, fields) => `${owner} ei anna kenttiä ${fields}`,
  elsewhere: (field, other) => `Kenttä ${field} riippuu kentästä ${other}.`,
};

const swedish: DenialSentences = {
  noSuchField: (field) => `Grafen har inget fält ${field}.`,
  noSuchPurpose: (purpose) => `Användningsändamålet ”${purpose}” finns inte.`,
  purposeForbidden: (purpose, basis) =>
    `För användningsändamålet ”${purpose}” visas aldrig någonting (${basis}).`,
  noRole: (purpose) => `Ingen av användarens roller får användas för ändamålet ”${purpose}”.`,
  permitUnknown: () => 'Det finns inget tillstånd med det nummer som står i identitetsintyget.',
  permitOfAnother: (permit) => `Tillståndet ${permit} har beviljats en annan organisation.`,
  permitForAnother: (permit, its, purpose) =>
    `Tillståndet ${permit} gäller ändamålet ”${its}”, inte ”${purpose}”.`,
  permitEarly: (permit, day) => `Tillståndet ${permit} gäller från och med ${day}.`,
  permitLate: (permit, day) => `Tillståndet ${permit} upphörde ${day}.`,
  outsidePermit: (permit, field) => `Tillståndet ${permit} omfattar inte fältet ${field}.`,
  internal: (field) => `Fältet ${field} är internt i grafen och visas inte för någon.`,
  unclassified: (owner, field) =>
    `${owner} har inte klassificerat fältet ${field}, så det visas inte för någon.`,
  prohibited: (owner, field, purpose, rule) =>
    `${owner} förbjuder att fältet ${field} visas för användningsändamålet ”${purpose}” (${rule})`,
  aggregateOnly: (purpose, field) =>
    `För användningsändamålet ”${purpose}” visas bara resultat om grupper, aldrig uppgifter om enskilda personer såsom ${field}.`,
  quasiIdentifier: (field, owner, purpose) =>
    `Med fältet ${field} kunde någon identifieras, så ${owner} visar det inte för ändamål med pseudonymiserade uppgifter såsom ”${purpose}”.`,
  notGranted: (owner, field, roles, purpose, underPermit) =>
    `${owner} har inte beviljat fältet ${field} till rollen ${roles} för användningsändamålet ”${purpose}”${underPermit ? ' utan forskningstillstånd' : ''}.`,
  clashingMasks: (owner, field) =>
    `Rättigheterna till fältet ${field} från ${owner} står i strid med varandra: ingen av maskerna är grövre än den andra.`,
  inputs: (field, roles, purpose, parts) =>
    `Fältet ${field} består av uppgifter som inte visas för rollen ${roles} för användningsändamålet ”${purpose}”: ${parts}.`,
  withholds: (owner, fields) => `${owner} ger inte ut ${fields}`,
  elsewhere: (field, other) => `Fältet ${field} beror på fältet ${other}.`,
};

export const denialSentences: Readonly<Record<keyof LocalizedText, DenialSentences>> = {
  en: english,
  fi: finnish,
  sv: swedish,
};
