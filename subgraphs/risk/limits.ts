import type { Day } from '../../lib/calendar.js';
import { firstDayOf, lastDayOf, NO_PARTIAL_DAY } from '../../lib/partialDate.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import type { LocalizedText } from '../../schema/language.js';

/**
 * The limits that accompany every assessment: the instructions for use of a high-risk system (AI Act Art.
 * 13).
 */
export const LIMITS: readonly LocalizedText[] = [
  {
    fi: 'Luku ennustaa lastensuojelun asiakkuutta, ei lapsen tarvetta: se toistaa senkin, ketä palvelut ovat tähän asti huomanneet.',
    en: 'It predicts contact with child protection, not what the child needs. It also repeats which children services have noticed so far.',
    sv: 'Talet förutsäger en kontakt med barnskyddet, inte barnets behov: det upprepar också vem tjänsterna hittills har märkt.',
  },
  {
    fi: 'Se tietää vain sen, mitä näissä rekistereissä on ennen vuosineljänneksen alkua. Mitä niissä ei ole, sitä se ei tunne.',
    en: 'It uses only what these registers contained before the quarter began.',
    sv: 'Det känner bara till det som stod i dessa register innan kvartalet började, och inget annat.',
  },
  {
    fi: 'Useimmista lapsista, joiden luku on suuri, ei tule asiakkaita, ja osasta niistä, joiden luku on pieni, tulee: katso kalibrointia.',
    en: 'Most children with a high number do not become clients, and some with a low one do: see the calibration.',
    sv: 'De flesta barn med ett högt tal blir inte klienter, och en del med ett lågt blir det: se kalibreringen.',
  },
  {
    fi: 'Tekijät kertovat, mistä luku syntyi, eivät syistä. Yksikään tekijä ei yksin ennusta.',
    en: 'Contributions explain how the number was computed; they are not causes. No factor predicts by itself.',
    sv: 'Faktorerna berättar hur talet uppstod; de är inga orsaker. Ingen faktor förutsäger ensam.',
  },
  {
    fi: 'Sitä ei saa käyttää etuuspäätöksiin, valvontaan, perheiden järjestykseen asettamiseen eikä perusteena toimenpiteelle vastoin perheen tahtoa.',
    en: 'It must not be used for benefits, for surveillance, to rank families, or as a ground for a measure against a family’s will.',
    sv: 'Det får inte användas för förmåner, för övervakning, för att rangordna familjer eller som grund för en åtgärd mot familjens vilja.',
  },
];

/**
 * Human oversight (AI Act Art. 14), and the right not to be subject to a solely automated decision (GDPR Art.
 * 22; C-634/21, SCHUFA).
 */
export const HUMAN_OVERSIGHT: LocalizedText = {
  fi: 'Luku on yksi havainto ammattilaiselle, joka tuntee lapsen, eikä se ratkaise mitään. Arvioi itse ensin, kirjaa omat perusteesi ja poikkea luvusta aina kun tiedät enemmän. Perheellä on oikeus tietää luvusta, saada se selitetyksi ja riitauttaa se. Tietojen omistaja voi kytkeä mallin pois milloin tahansa.',
  en: 'The number is one observation for a professional who knows the child. It decides nothing. Form your own judgement first, record your own reasons, and depart from the number whenever you know more. The family has a right to know about it, to have it explained and to contest it. A data owner can switch the model off at any time.',
  sv: 'Talet är en iakttagelse för en yrkesperson som känner barnet och avgör ingenting. Bedöm själv först, skriv ned dina egna skäl och avvik från det när du vet mer. Familjen har rätt att få veta om det, få det förklarat och bestrida det. En dataägare kan när som helst stänga av modellen.',
};

/**
 * The children of a family at the beginning of a day, from the visible dates. Empty if the feed of members
 * has no data.
 */
export function childrenOn({ state, columns }: Feed, day: Day): PersonKey[] {
  if (state !== 'data') return [];
  const person = columns['person'] as Uint32Array;
  const role = columns['role'] as readonly (string | null)[];
  const startedAt = columns['startedAt'] as Int32Array;
  const endedAt = columns['endedAt'] as Int32Array;
  const children = new Set<PersonKey>();
  person.forEach((key, row) => {
    const isOver = endedAt[row] !== NO_PARTIAL_DAY && lastDayOf(endedAt[row]!) < day;
    if (role[row] === 'child' && firstDayOf(startedAt[row]!) < day && !isOver) children.add(key);
  });
  return [...children];
}
