import { registerTrust } from '../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { smallModel } from './smallModel.js';

/** Approves a small model in a city with --dev, so that it serves. */
export async function approveSmallModel(data: string): Promise<void> {
  const service = new RiskRegisterService({
    store: new RegisterStore(data),
    trust: registerTrust({ dev: true }),
  });
  await service.approve(await service.addModel(smallModel()), 'for tests', undefined);
}
