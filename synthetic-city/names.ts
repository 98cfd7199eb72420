import { type Day, isoDate, yearOf } from './calendar.js';
import type { Random } from './random.js';

interface NameList {
  readonly male: readonly string[];
  readonly female: readonly string[];
  readonly surnames: readonly string[];
}

const list = (male: string, female: string, surnames: string): NameList => ({
  male: male.split(' '),
  female: female.split(' '),
  surnames: surnames.split(' '),
});

/** Common names by mother tongue, combined at random. A name says nothing about any real person. */
const NAMES: Readonly<Record<string, NameList>> = {
  fi: list(
    'Juhani Mikael Antti Matti Timo Kari Jari Ville Eetu Onni Elias Leevi Väinö Eino Oskari Lauri Aleksi Tuomas Heikki Pekka Jukka Sami Marko Teemu Olli Niko Joona Veeti Arttu Tapio',
    'Maria Helena Anneli Johanna Liisa Anna Sanna Päivi Tiina Kaisa Aino Eevi Venla Helmi Aada Siiri Iida Emma Kerttu Elina Hanna Satu Minna Riikka Noora Tuula Ritva Pirjo Leena Ulla',
    'Virtanen Korhonen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Lehtinen Saarinen Salminen Heinonen Niemi Heikkilä Kinnunen Salonen Turunen Salo Laitinen Tuominen Rantanen Karjalainen Jokinen Mattila Savolainen Lahtinen Ahonen Ojala Leppänen Väisänen Hiltunen Kallio Peltonen Rinne Harju Aalto Koivisto',
  ),
  sv: list(
    'Johan Erik Karl Mats Anders Henrik Fredrik Oskar Emil Axel Viktor Kristian Mikael Sebastian Rasmus Lars',
    'Maria Sofia Elisabet Emilia Ida Karolina Linnéa Ellen Amanda Wilma Ebba Astrid Ingrid Birgitta Åsa Solveig',
    'Lindström Nyman Lindholm Karlsson Andersson Johansson Lindqvist Eriksson Sjöberg Holmberg Sundström Åberg Grönroos Wikström Ekholm Söderholm Backman Österman Fagerström Lindroos',
  ),
  ru: list(
    'Aleksandr Dmitri Sergei Andrei Maksim Ivan Nikita Pavel',
    'Anastasia Jelena Olga Natalia Irina Svetlana Daria Tatjana',
    'Ivanova Smirnov Kuznetsov Popov Volkov Sokolov Lebedev Morozov',
  ),
  et: list(
    'Martin Rasmus Kristjan Andres Tõnu Margus',
    'Liis Kadri Katrin Triin Piret Kersti',
    'Tamm Saar Sepp Mägi Kask Kukk Rebane Õunapuu',
  ),
  so: list(
    'Mohamed Abdi Ahmed Hassan Yusuf Omar',
    'Fadumo Amina Hodan Sahra Ayaan Halimo',
    'Ali Hassan Mohamud Abdullahi Warsame Farah Jama Nur',
  ),
  ar: list(
    'Ahmad Ali Hussein Mustafa Karim Omar',
    'Fatima Zainab Layla Noor Maryam Huda',
    'Al-Hassan Haddad Khalil Mansour Saleh Najjar Aziz',
  ),
  en: list(
    'James Daniel Thomas David Samuel Kevin',
    'Sarah Emily Grace Jennifer Priya Joy',
    "Smith Brown O'Connor Taylor Singh Nguyen Okafor Walker",
  ),
};

function namesOf(language: string): NameList {
  const names = NAMES[language];
  if (names === undefined) throw new Error(`No names are known for the language ${language}.`);
  return names;
}

export function surname(language: string, random: Random): string {
  return random.pick(namesOf(language).surnames);
}

/** One string for all people with the same given names, to save memory. */
const joined = new Map<string, string>();

/** One or two given names, sometimes joined by a hyphen. */
export function givenNames(language: string, sex: SyntheticSex, random: Random): string {
  const names = sex === 1 ? namesOf(language).male : namesOf(language).female;
  const first = random.pick(names);
  const second = random.pick(names);
  if (first === second || random.chance(0.2)) return first;
  const both = random.chance(0.06) ? `${first}-${second}` : `${first} ${second}`;
  const known = joined.get(both) ?? both;
  joined.set(known, known);
  return known;
}

const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/**
 * Century signs in force since 2023 (Decree 690/2022): the first of each is the old one, the rest were added.
 */
const SIGNS_1900 = '-YXWVU';
const SIGNS_2000 = 'ABCDEF';

/** Share of people who got one of the added signs. */
const NEW_SIGN_SHARE = 0.12;

export type SyntheticSex = 1 | 2;

/** The check character follows from the remainder of ddmmyy + individual number modulo 31. */
export function syntheticCheckCharacter(ddmmyy: string, individualNumber: string): string {
  return CHECK_CHARACTERS.charAt(Number(ddmmyy + individualNumber) % 31);
}

/** The same code with a wrong check character. */
export function breakCheckCharacter(code: string, random: Random): string {
  const wrong = (CHECK_CHARACTERS.indexOf(code.charAt(10)) + random.int(1, 30)) % 31;
  return code.slice(0, 10) + CHECK_CHARACTERS.charAt(wrong);
}

/**
 * Issues each identity code once. Individual numbers are in 900-999, which no real person has permanently. So
 * a date has room for 300 men and 300 women over all signs of its century.
 */
export class IdentityCodeIssuer {
  private readonly issued = new Set<string>();

  issue(birth: Day, sex: SyntheticSex, random: Random): string {
    const iso = isoDate(birth);
    const ddmmyy = iso.slice(8) + iso.slice(5, 7) + iso.slice(2, 4);
    const signs = yearOf(birth) < 2000 ? SIGNS_1900 : SIGNS_2000;
    const firstSign = random.chance(NEW_SIGN_SHARE) ? random.int(1, signs.length - 1) : 0;
    const firstNumber = random.int(0, 49);
    for (let attempt = 0; attempt < 50 * signs.length; attempt++) {
      const sign = signs.charAt((firstSign + Math.floor(attempt / 50)) % signs.length);
      const number = String(900 + 2 * ((firstNumber + attempt) % 50) + (sex === 1 ? 1 : 0));
      const code = ddmmyy + sign + number + syntheticCheckCharacter(ddmmyy, number);
      if (!this.issued.has(code)) {
        this.issued.add(code);
        return code;
      }
    }
    throw new Error(`All synthetic identity codes of ${iso} are taken: ask for fewer persons.`);
  }
}
