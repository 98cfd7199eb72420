// Loaded before each gateway: tells the bench what its process has used so far.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 });
});
process.on('disconnect', () => process.exit());
// Being asked must not keep a process alive that has been told to end.
process.channel.unref();
