#!/usr/bin/env node
import '../lib/processSettings.js';
import { describeFault } from './options.js';
import { run } from './program.js';

// Node would print the message, which may quote a source or a request.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${describeFault(error)}\n`);
  process.exit(1);
});

// The reader of the output may stop early: polku --help | head.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv);
