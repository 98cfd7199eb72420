import { registerTrust } from '../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskDesk } from '../../risk-model/register/riskDesk.js';
import { smallModel } from './smallModel.js';

/** Approves a small model in a city with --dev, so that it serves. */
export async function approveSmallModel(data: string): Promise<void> {
  const desk = new RiskDesk({ store: new RegisterStore(data), trust: registerTrust({ dev: true }) });
  await desk.approve(await desk.addModel(smallModel()), 'for tests', undefined);
}
