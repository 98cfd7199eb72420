import type { LocalizedText } from '../../schema/language.js';

// The words of every model card, in the languages of the city.

export const OUTCOME: LocalizedText = {
  en: 'Predicts in which of the next five years a child might first become a client of child protection (open care or placement).',
  fi: 'Ennustaa, minä seuraavista viidestä vuodesta lapsesta saattaisi ensi kertaa tulla lastensuojelun asiakas (avohuolto tai sijoitus).',
  sv: 'Förutsäger under vilket av de kommande fem åren ett barn kan bli klient hos barnskyddet för första gången (öppenvård eller placering).',
};

export const INTENDED_USE: readonly LocalizedText[] = [
  {
    en: 'Child protection and its assessment, by social workers and family teams who already know the child: one more reason to offer help early.',
    fi: 'Lastensuojelu ja palvelutarpeen arviointi: sosiaalityöntekijöille ja perhetiimeille, jotka jo tuntevat lapsen, yksi syy lisää tarjota apua varhain.',
    sv: 'Barnskyddet och dess bedömning av servicebehovet: för socialarbetare och familjeteam som redan känner barnet, ännu ett skäl att erbjuda hjälp i tid.',
  },
  {
    en: 'Planning of preventive services, with numbers about groups that passed disclosure control.',
    fi: 'Ehkäisevien palvelujen suunnittelu ryhmiä koskevilla luvuilla, jotka on suojattu tilastollisesti.',
    sv: 'Planering av förebyggande tjänster, med tal om grupper som har genomgått röjandekontroll.',
  },
];

export const OUT_OF_SCOPE_USE: readonly LocalizedText[] = [
  {
    en: 'Automated decisions about a child or a family: no service, no measure and no refusal may follow from a score alone (GDPR, Article 22).',
    fi: 'Lasta tai perhettä koskevat automaattiset päätökset: palvelu, toimenpide tai epäys ei saa seurata pelkästä luvusta (tietosuoja-asetuksen 22 artikla).',
    sv: 'Automatiska beslut om ett barn eller en familj: ingen tjänst, ingen åtgärd och inget avslag får följa av enbart ett tal (dataskyddsförordningen, artikel 22).',
  },
  {
    en: 'Benefits, sanctions, policing, migration, insurance, schools; ranking families; research on persons.',
    fi: 'Etuudet, seuraamukset, poliisitoiminta, maahanmuutto, vakuutukset ja koulu; perheiden asettaminen järjestykseen; yksittäisten ihmisten tutkiminen.',
    sv: 'Förmåner, sanktioner, polisverksamhet, migration, försäkringar och skola; rangordning av familjer; forskning om enskilda.',
  },
  {
    en: 'Children of a city or a time on which it was not evaluated.',
    fi: 'Lapset kaupungissa tai aikana, jolla mallia ei ole arvioitu.',
    sv: 'Barn i en stad eller under en tid som modellen inte har utvärderats på.',
  },
];

export const OVERSIGHT_OF_READERS: LocalizedText = {
  en: 'A reader of a score sees its parts, how often such scores came true, and these limits. The reader may disregard it without giving a reason, and is never asked to act on it (AI Act, Article 14). The data owner can stop a version at once.',
  fi: 'Luvun lukija näkee sen osat, sen, kuinka usein tällaiset luvut ovat toteutuneet, ja nämä rajat. Lukija saa jättää luvun huomiotta perustelematta, eikä häntä koskaan pyydetä toimimaan sen mukaan (tekoälyasetuksen 14 artikla). Tiedon omistaja voi pysäyttää version heti.',
  sv: 'Den som läser ett tal ser dess delar, hur ofta sådana tal har slagit in och dessa begränsningar. Läsaren får bortse från talet utan att ange skäl och uppmanas aldrig att handla efter det (AI-förordningen, artikel 14). Dataägaren kan stoppa en version genast.',
};

export const LIMITATIONS: LocalizedText = {
  en: "The outcome is a contact with a service, not the child's need. Services find need more often in children they see more often, and the model learns unreported need as no need. Becoming a client also depends on law and practice, which change. The model lacks what the registers lack, such as violence that nobody saw or help from relatives.",
  fi: 'Malli ennustaa yhteyttä palveluun, ei lapsen tarvetta. Palvelut huomaavat tarpeen useammin niillä lapsilla, joita ne näkevät useammin, ja malli oppii ilmoittamatta jääneen tarpeen tarpeettomuudeksi. Asiakkuus riippuu myös laista ja käytännöistä, jotka muuttuvat. Mallilta puuttuu se, mikä rekistereistä puuttuu, kuten väkivalta, jota kukaan ei nähnyt, tai läheisten apu.',
  sv: 'Modellen förutsäger en kontakt med en tjänst, inte barnets behov. Tjänsterna märker behov oftare hos barn som de ser oftare, och modellen lär sig oanmält behov som inget behov. Att bli klient beror också på lag och praxis, som förändras. Modellen saknar det som registren saknar, såsom våld som ingen såg eller hjälp från anhöriga.',
};
