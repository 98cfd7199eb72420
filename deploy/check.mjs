// Runs format, types and lint at the same time. Prints what each one says when it ends; fails if one fails.
import { spawn } from 'node:child_process';

async function passes(script) {
  const child = spawn('npm', ['run', '--silent', script], { shell: process.platform === 'win32' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve) => child.once('error', resolve).once('close', resolve));
  console.log(`${script}: ${code === 0 ? 'passed' : 'failed'}\n${output}`.trimEnd());
  return code === 0;
}

const passed = await Promise.all(['format', 'types', 'lint'].map(passes));
process.exitCode = passed.every(Boolean) ? 0 : 1;
