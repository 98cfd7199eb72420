#!/usr/bin/env node
import '../telemetryOff.js';
import { run } from './program.js';

// Whoever reads the output may stop early: polku --help | head.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv);
