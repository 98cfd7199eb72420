import type { Sex } from './identityCode.js';
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

/** Names by mother tongue. Common ones only, combined at random: a name says nothing of any real person. */
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

/** One text for all people of the same given names, who are many. */
const joined = new Map<string, string>();

/** One to two given names; some are joined by a hyphen. */
export function givenNames(language: string, sex: Sex, random: Random): string {
  const names = sex === 1 ? namesOf(language).male : namesOf(language).female;
  const first = random.pick(names);
  const second = random.pick(names);
  if (first === second || random.chance(0.2)) return first;
  const both = random.chance(0.06) ? `${first}-${second}` : `${first} ${second}`;
  const known = joined.get(both) ?? both;
  joined.set(known, known);
  return known;
}
