// Loaded before each gateway: reports the resource use of its process so far. Worker threads load it, too; they have no channel.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 });
  });
  process.on('disconnect', () => process.exit());
  // This listener must not keep a process alive that was told to end.
  process.channel.unref();
}
