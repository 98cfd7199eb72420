import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import type { VerifiedRegister } from '../../risk-model/register/verifyRegister.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { type RegisterSigner, RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { readShadowCounts } from '../../risk-model/register/shadowTable.js';
import { dataOption, ownersOption, wholeNumber } from '../options.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { readSigner } from '../runtime/secrets.js';
import { cardCommand, evaluateCommand, shadowText, stopLine, versionLines } from './riskEvaluation.js';
import { trainCommand } from './riskTraining.js';

const ABOUT = `Models that foresee need: which versions there are, which one serves, and the switch that turns it off.
docs/how-to/approve-a-risk-model.md walks through it.`;

const NOTES = `
A version serves when two people of the owner "risk" in owners.yaml have approved it; of several the one approved last.
Running servers take up every change within seconds.

  polku risk train --as-of 2007-Q1                                     a new version, from the registries
  polku risk evaluate 2017-03-01-1a2b3c4d                              how well it foretells, for families it has not seen
  polku risk card 2017-03-01-1a2b3c4d --out card                       the same for readers, with pictures
  polku risk models                                                    versions, approvals, stops, what shadows counted
  polku risk approve 2017-03-01-1a2b3c4d --key me.key --reason "..."   and a second person the same
  polku risk shadow 2017-06-01-5e6f7a8b --key me.key --reason "..."    reckoned beside the one that serves, shown to nobody
  polku risk stop --key me.key --reason "..."                          any person of any owner, alone: no model serves
  polku risk resume 7 --key me.key --reason "..."                      two people of the owner who stopped it

With --dev nobody signs, and one word is enough: for synthetic cities.`;

interface ActOptions {
  readonly data: string;
  readonly owners?: string;
  readonly key?: string;
  readonly reason: string;
  readonly dev?: boolean;
}

export function riskCommand(): Command {
  return new Command('risk')
    .description(ABOUT)
    .addCommand(trainCommand())
    .addCommand(evaluateCommand())
    .addCommand(cardCommand())
    .addCommand(modelsCommand())
    .addCommand(approveCommand())
    .addCommand(shadowCommand())
    .addCommand(retireCommand())
    .addCommand(stopCommand())
    .addCommand(resumeCommand())
    .addHelpText('after', NOTES);
}

function modelsCommand(): Command {
  return new Command('models')
    .description(
      'Lists the versions: who has approved each, which one serves, what is stopped, and what one in shadow would have said.',
    )
    .addOption(dataOption())
    .addOption(ownersOption())
    .option('--dev', 'as a server with --dev reads the register: without signatures')
    .action(async (options: { data: string; owners?: string; dev?: boolean }) => {
      const register = await deskOf(options).register();
      if (register.versions.length === 0) console.log(`No model was trained in ${options.data} yet.`);
      for (const version of register.versions) console.log(versionLines(version, register));
      for (const stop of register.stops) console.log(stopLine(stop));
      const { serving, shadow } = register;
      if (serving && shadow)
        console.log(
          shadowText(
            serving.version,
            shadow.version,
            await readShadowCounts(options.data, serving.version, shadow.version),
          ),
        );
    });
}

function approveCommand(): Command {
  return actOptions(
    new Command('approve')
      .description('Says that a version may serve. With the second approval it does.')
      .argument('<version>', 'as "polku risk models" lists it'),
  ).action(async (version: string, options: ActOptions) => {
    const approved = await deskOf(options).approve(version, options.reason, await signerOf(options));
    if (approved.evaluation === undefined)
      console.log('It has no evaluation: nothing is on record of how well it foretells, and for whom.');
    console.log(
      approved.missing === 0
        ? `Version ${version} is approved. Servers take it up within seconds.`
        : `Version ${version} has your approval. It still needs ${approved.missing} of the owner risk; until then it serves nobody.`,
    );
  });
}

function shadowCommand(): Command {
  return actOptions(
    new Command('shadow')
      .description(
        'Has a version reckoned beside the one that serves. Nobody is shown it; bands are counted.',
      )
      .argument('<version>', 'as "polku risk models" lists it'),
  ).action(async (version: string, options: ActOptions) => {
    const desk = deskOf(options);
    await desk.shadow(version, options.reason, await signerOf(options));
    const { serving } = await desk.register();
    console.log(
      serving
        ? `Version ${version} is reckoned beside version ${serving.version}; "polku risk models" shows what it would have said.`
        : `Version ${version} is in shadow. No version serves, so nothing is reckoned yet.`,
    );
  });
}

function retireCommand(): Command {
  return actOptions(
    new Command('retire')
      .description('Takes a version out of service or out of shadow, for good.')
      .argument('<version>', 'as "polku risk models" lists it'),
  ).action(async (version: string, options: ActOptions) => {
    const desk = deskOf(options);
    await desk.retire(version, options.reason, await signerOf(options));
    console.log(`Version ${version} is retired. ${whatServes(await desk.register())}`);
  });
}

function stopCommand(): Command {
  return actOptions(
    new Command('stop')
      .description(
        'The kill switch: no model serves any more, or one version does not. Any person of any data owner throws it alone; servers heed it within seconds.',
      )
      .argument('[version]', 'only this one; whatever else is approved goes on'),
  ).action(async (version: string | undefined, options: ActOptions) => {
    const desk = deskOf(options);
    const sequence = await desk.stop(version, options.reason, await signerOf(options));
    console.log(`Stopped, as number ${sequence}. ${whatServes(await desk.register())}`);
    console.log(`"polku risk resume ${sequence}" takes it back: two people of your owner must.`);
  });
}

function resumeCommand(): Command {
  return actOptions(
    new Command('resume')
      .description('Says that a stop may be taken back. Two people of the owner whose person threw it must.')
      .argument(
        '<number>',
        'of the stop, as "polku risk models" lists it',
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
  ).action(async (sequence: number, options: ActOptions) => {
    const desk = deskOf(options);
    const resumed = await desk.resume(sequence, options.reason, await signerOf(options));
    console.log(
      resumed
        ? `Stop ${sequence} is taken back. ${whatServes(await desk.register())}`
        : `Stop ${sequence} has your word. It still needs that of another person of the same owner.`,
    );
  });
}

function actOptions(command: Command): Command {
  return command
    .addOption(dataOption())
    .addOption(ownersOption())
    .option('--key <file>', 'your private key ("polku policy key" makes one)')
    .requiredOption('--reason <text>', 'why, in a sentence that others will read')
    .option('--dev', 'nobody signs; counts for servers with --dev only');
}

function deskOf(options: Pick<ActOptions, 'data' | 'owners' | 'dev'>): RiskRegisterService {
  return new RiskRegisterService({ store: new RegisterStore(options.data), trust: registerTrust(options) });
}

async function signerOf({ dev, key, owners }: ActOptions): Promise<RegisterSigner> {
  if (dev) {
    if (key === undefined) return undefined;
    throw new PolkuError('USAGE', 'With --dev nobody signs; leave out --key.');
  }
  if (key === undefined)
    throw new PolkuError('USAGE', 'Name your private key with --key; for a synthetic city there is --dev.');
  return readSigner({ key, owners });
}

function whatServes({ serving, stops }: VerifiedRegister): string {
  if (serving) return `Version ${serving.version} serves.`;
  return stops.length > 0 ? 'No model serves: assessments answer SWITCHED_OFF.' : 'No model serves.';
}
