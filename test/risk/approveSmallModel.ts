import { registerTrust } from '../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskDesk } from '../../risk-model/register/riskDesk.js';
import { smallModel } from './smallModel.js';

/** Has a small model serve in a city with --dev. */
export async function approveSmallModel(data: string): Promise<void> {
  const desk = new RiskDesk({ store: new RegisterStore(data), trust: registerTrust({ dev: true }) });
  await desk.approve(await desk.addModel(smallModel()), 'for tests', undefined);
}
