import { addressText, phoneText } from '../addresses.js';
import type { Person, Residence } from '../people.js';
import type { Random } from '../random.js';

/** Share of contacts with a note. */
const NOTED = 0.72;

type Template = (person: Person, home: Residence, code: string) => string;

/** How case workers write: identities stand in the middle of prose, with commas, quotes and line breaks. */
const TEMPLATES: readonly Template[] = [
  (p) =>
    `Asiakas ${given(p)} ${p.surname} saapui sovitusti. Keskusteltiin arjen jaksamisesta, sovittu uusi aika.`,
  (p) => `Soitettu ${given(p)}lle, puh. ${phoneText(p.phone)}. Ei vastannut, jätetty viesti.`,
  (p, _, code) => `${p.surname} ${given(p)} (${code}) pyysi päätöksestä kopion, lähetetty postitse.`,
  (p, home) =>
    `Kotikäynti osoitteessa ${addressText(home.address)}. Läsnä ${given(p)}, koti siisti, "kaikki hyvin" oman arvion mukaan.`,
  (p) => `Asiakas kertoi: "En jaksa enää yksin, ${p.surname}n suku ei auta."\nSovittu verkostotapaaminen.`,
  (p, home, code) =>
    `Palaverimuistio\n- asiakas: ${p.surname}, ${given(p)}, ${code}\n- osoite: ${addressText(home.address)}\n- puh. ${phoneText(p.phone)}`,
  (p) => `Ohjattu ${given(p)} ${p.surname} perheneuvolaan; vanhempi samaa mieltä.`,
  (p) => `${given(p)} peruutti ajan tekstiviestillä (${phoneText(p.phone)}).`,
  (p) => `Klienten ${given(p)} ${p.surname} kom på överenskommen tid, "behöver stöd i vardagen".`,
];

/** A free-text note about a contact, or empty. */
export function drawNote(person: Person, home: Residence, code: string, random: Random): string {
  return random.chance(NOTED) ? random.pick(TEMPLATES)(person, home, code) : '';
}

/** The first given name, as people are called. */
function given(person: Person): string {
  return person.givenNames.split(' ')[0] as string;
}
