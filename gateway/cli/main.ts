#!/usr/bin/env node
import '../telemetryOff.js';
import { run } from './program.js';

process.exitCode = await run(process.argv);
