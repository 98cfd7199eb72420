import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOwners } from '../../../approvals/owners.js';
import { policiesFolder } from '../../../cli/options.js';
import { loadPersonas } from '../../../cli/runtime/identity.js';
import { loadOperations } from '../../../cli/runtime/loadOperations.js';
import { parseRiskModel } from '../../../risk-model/model/riskModel.js';
import { smallModel } from '../../risk/smallModel.js';
import type { Dice } from '../policyProof/dice.js';
import { type InputKind, refusedBy } from './inputKind.js';
import { mutateText } from './mutate.js';

const PERSONAS = `personas:
  - id: clinic-doctor
    label: { en: Clinic doctor, fi: Klinikan lääkäri, sv: Läkare vid kliniken }
    explanation: { en: 'Sees patients in care.', fi: 'Näkee hoidossa olevat.', sv: 'Ser dem som vårdas.' }
    recipient: clinic
    roles: [clinician]
    purposes: [care]
    employee: L77
`;
const OWNERS = `relyingParty: { id: city.example, origins: [https://polku.city.example] }
people:
  health-1: { label: Chief physician, key: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=', until: 2035-12-31 }
  health-2:
    label: Head of information
    passkeys:
      - { id: q83v, key: MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE93Ddbadk1Pa_k07LaB8Hg2ufRDnCb3IthvEfPrq7QF9igElJTL67TezFHXkjUB2-L1PMXYbqfTJzo06zuQLnxg }
owners:
  population: []
  health: [health-1]
`;

/** Personas of a developer, people who may sign, and the description of an app. */
export const configuration: InputKind = {
  name: 'configuration',
  async prepare() {
    const folder = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
    const operations = join(folder, 'operations');
    await cp(join(policiesFolder, 'operations'), operations, { recursive: true });
    const app = join(operations, 'care-app', 'app.yaml');
    const appText = await readFile(app, 'utf8');
    const readers: readonly ((dice: Dice) => Promise<unknown>)[] = [
      async (dice) => {
        await writeFile(join(folder, 'personas.yaml'), mutateText(PERSONAS, dice));
        return loadPersonas(join(folder, 'personas.yaml'));
      },
      async (dice) => parseOwners({ file: 'owners.yaml', text: mutateText(OWNERS, dice) }),
      async (dice) => {
        await writeFile(app, mutateText(appText, dice));
        return loadOperations(operations);
      },
    ];
    return {
      attempt: (dice) => attemptReading(() => dice.pick(readers)(dice)),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** The file of a risk model. */
export const riskModels: InputKind = {
  name: 'risk models',
  async prepare() {
    const text = smallModel();
    return {
      attempt: (dice) =>
        attemptReading(async () => parseRiskModel(mutateText(text, dice, ['1e400', '[[1]]', '-1']))),
      close: async () => {},
    };
  },
};

function attemptReading(read: () => Promise<unknown>) {
  return read().then(() => ({ outcome: 'accepted', published: [], faults: [] }), refusedBy);
}
