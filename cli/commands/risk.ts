import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import type { VerifiedRegister } from '../../risk-model/register/verifyRegister.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { type RegisterSigner, RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { readShadowCounts } from '../../risk-model/register/shadowTable.js';
import { dataOption, ownersOption, wholeNumber } from '../options.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { readSigner } from '../runtime/secrets.js';
import { commandEvents } from '../runtime/securitySink.js';
import { cardCommand, evaluateCommand, shadowText, stopLine, versionLines } from './riskEvaluation.js';
import { trainCommand } from './riskTraining.js';

const ABOUT = `Manages the models that predict need: trains, evaluates and approves versions, and switches them off.
docs/how-to/approve-a-risk-model.md explains the steps.`;

const NOTES = `
A version serves when two people of the owner "risk" in owners.yaml have approved it. If several are approved, the one
approved last serves. Running servers follow every change within seconds.

  polku risk train --as-of 2007-Q1                                     train a new version from the registries
  polku risk evaluate 2017-03-01-1a2b3c4d                              measure its predictions on families it has not seen
  polku risk card 2017-03-01-1a2b3c4d --out card                       write the evaluation as a page with pictures
  polku risk models                                                    list versions, approvals, stops and shadow counts
  polku risk approve 2017-03-01-1a2b3c4d --key me.key --reason "..."   approve it; a second person does the same
  polku risk shadow 2017-06-01-5e6f7a8b --key me.key --reason "..."    run it in shadow mode: it scores, nobody sees it
  polku risk stop --key me.key --reason "..."                          stop all models; one person of any owner is enough
  polku risk resume 7 --key me.key --reason "..."                      undo stop 7; needs two people of the same owner

With --dev, nobody signs and one approval is enough. It is only for synthetic cities.`;

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
      'Lists the versions: who approved each, which one serves, which are stopped, and the scores of a version in shadow mode.',
    )
    .addOption(dataOption())
    .addOption(ownersOption())
    .option('--dev', 'read the register without signatures, as a server with --dev does')
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
      .description('Approves a version. It serves after the second approval.')
      .argument('<version>', 'the version, as "polku risk models" lists it'),
  ).action(async (version: string, options: ActOptions, command: Command) => {
    const desk = deskOf(options);
    const approved = await desk.approve(version, options.reason, await signerOf(options));
    await record(command, desk, 'approve', version);
    if (approved.evaluation === undefined)
      console.log(
        'It has no evaluation: the register does not say how well it predicts, and for which groups.',
      );
    console.log(
      approved.missing === 0
        ? `Version ${version} is approved. Servers use it within seconds.`
        : `Version ${version} has your approval. It still needs ${approved.missing} of the owner risk; until then it serves nobody.`,
    );
  });
}

function shadowCommand(): Command {
  return actOptions(
    new Command('shadow')
      .description(
        'Runs a version in shadow mode, next to the one that serves: it scores, but nobody sees the scores. Bands of scores are counted.',
      )
      .argument('<version>', 'the version, as "polku risk models" lists it'),
  ).action(async (version: string, options: ActOptions, command: Command) => {
    const desk = deskOf(options);
    await desk.shadow(version, options.reason, await signerOf(options));
    await record(command, desk, 'shadow', version);
    const { serving } = await desk.register();
    console.log(
      serving
        ? `Version ${version} runs in shadow mode next to version ${serving.version}; "polku risk models" compares their scores.`
        : `Version ${version} is in shadow mode. No version serves, so it scores nothing yet.`,
    );
  });
}

function retireCommand(): Command {
  return actOptions(
    new Command('retire')
      .description('Takes a version out of service or out of shadow mode, permanently.')
      .argument('<version>', 'the version, as "polku risk models" lists it'),
  ).action(async (version: string, options: ActOptions, command: Command) => {
    const desk = deskOf(options);
    await desk.retire(version, options.reason, await signerOf(options));
    await record(command, desk, 'retire', version);
    console.log(`Version ${version} is retired. ${whatServes(await desk.register())}`);
  });
}

function stopCommand(): Command {
  return actOptions(
    new Command('stop')
      .description(
        'The kill switch: stops all models, or one version. One person of any data owner is enough. Servers obey it within seconds.',
      )
      .argument('[version]', 'stop only this version; other approved versions continue'),
  ).action(async (version: string | undefined, options: ActOptions, command: Command) => {
    const desk = deskOf(options);
    const sequence = await desk.stop(version, options.reason, await signerOf(options));
    await record(command, desk, 'stop', version);
    console.log(`Stopped, as number ${sequence}. ${whatServes(await desk.register())}`);
    console.log(`"polku risk resume ${sequence}" undoes it: two people of your owner must run it.`);
  });
}

function resumeCommand(): Command {
  return actOptions(
    new Command('resume')
      .description('Undoes a stop. Two people of the owner that stopped it must run this.')
      .argument(
        '<number>',
        'the number of the stop, as "polku risk models" lists it',
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
  ).action(async (sequence: number, options: ActOptions, command: Command) => {
    const desk = deskOf(options);
    const resumed = await desk.resume(sequence, options.reason, await signerOf(options));
    await record(command, desk, 'resume', undefined);
    console.log(
      resumed
        ? `Stop ${sequence} is undone. ${whatServes(await desk.register())}`
        : `Stop ${sequence} has your signature. It still needs the signature of another person of the same owner.`,
    );
  });
}

function actOptions(command: Command): Command {
  return command
    .addOption(dataOption())
    .addOption(ownersOption())
    .option('--key <file>', 'your private key ("polku policy key" creates one)')
    .requiredOption('--reason <text>', 'the reason, in a sentence that others will read')
    .option('--dev', 'without a signature; only servers with --dev accept it');
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
    throw new PolkuError('USAGE', 'Give your private key with --key, or use --dev for a synthetic city.');
  return readSigner({ key, owners });
}

async function record(
  command: Command,
  desk: RiskRegisterService,
  action: string,
  version: string | undefined,
): Promise<void> {
  const { serving } = await desk.register();
  commandEvents(command).record('risk-model', { action, version, serving: serving?.version });
}

function whatServes({ serving, stops }: VerifiedRegister): string {
  if (serving) return `Version ${serving.version} serves.`;
  return stops.length > 0 ? 'No model serves: assessments answer SWITCHED_OFF.' : 'No model serves.';
}
