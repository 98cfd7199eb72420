import { today } from '../../../schema/calendar.js';
import { healthRegistry } from '../../../subgraphs/health/tables.js';
import { codeAt } from '../../../subgraphs/registry/columns/table.js';
import { overlayConditions } from '../../../subgraphs/registry/overlays/overlayConditions.js';
import { noMarks } from '../../../subgraphs/registry/marks/marks.js';
import { overlaysRegistry } from '../../../subgraphs/registry/overlays/overlaysRegistry.js';
import { openSnapshot } from '../../../subgraphs/registry/snapshot/openSnapshot.js';
import type { LoginPerson } from '../../identity/devIssuer.js';
import { loginDomain } from '../../identity/loginDomain.js';
import { Domains } from '../../pseudonyms/domain.js';
import { seal } from '../../pseudonyms/sealer.js';
import type { Secrets } from './secrets.js';

/** The unit whose clients the persona `family-team` serves. */
const UNIT = 'PT-1';

/** Whom the persona `resident` of `--dev` has logged in as: the first adult client of the family team, by an id. */
export function demoLogin(data: string, secrets: Secrets, epoch: string): LoginPerson {
  return async () => {
    const { careRelationships } = healthRegistry.tables;
    const { tables } = await openSnapshot(data, { ...healthRegistry, tables: { careRelationships } });
    const { tables: overlays } = await openSnapshot(data, overlaysRegistry);
    const isAdult = overlayConditions(overlays, noMarks, today(), undefined).subject.adult!;
    const { subject, columns } = tables.careRelationships;
    const client = subject.find((person, row) => codeAt(columns.unit, row) === UNIT && isAdult(person));
    if (client === undefined) return undefined;
    return seal(loginDomain(new Domains(await secrets.domain()), epoch), 'PersonID', client);
  };
}
