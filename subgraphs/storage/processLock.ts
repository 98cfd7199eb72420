import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { PolkuError } from '../../schema/polkuError.js';

/** How often somebody looks who waits for a lock. */
const LOOK_MS = 50;

/** Locks held by this process: its own number in a lock file is else that of a dead process with the same number. */
const held = new Set<string>();

/**
 * Takes a path for this process: a file there holds its number. The lock of a dead process is taken over; processes of
 * other machines are not known here.
 * @param running what is thrown where another process holds it, whose number may not be known
 * @returns what releases the lock
 */
export async function lockByProcess(
  path: string,
  running: (owner: number | undefined) => PolkuError,
): Promise<() => Promise<void>> {
  const own = `${path}.${process.pid}`;
  if (held.has(path)) throw running(process.pid);
  held.add(path);
  try {
    await writeFile(own, `${process.pid}\n`, { mode: 0o600 });
    // A link appears with its content and only where there is none, so no half-written lock is ever seen.
    for (let attempt = 0; !(await linked(own, path)); attempt++) {
      const owner = await ownerOf(path);
      if (attempt > 2 || (owner !== undefined && isAlive(owner))) throw running(owner);
      await takeAway(path, owner);
    }
  } catch (cause) {
    held.delete(path);
    throw cause;
  } finally {
    await rm(own, { force: true });
  }
  return async () => {
    await rm(path, { force: true });
    held.delete(path);
  };
}

/**
 * Waits for a lock that is held, for a while.
 * @param take takes the lock, and throws a PolkuError where another process holds it
 */
export async function whenFree<Lock>(take: () => Promise<Lock>, patienceMs: number): Promise<Lock> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await take();
    } catch (cause) {
      if (!(cause instanceof PolkuError) || Date.now() >= deadline) throw cause;
      await sleep(LOOK_MS);
    }
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch {
    return undefined;
  }
}

/** Removes a dead process's lock; another process may have replaced it meanwhile, and then gets it back. */
async function takeAway(path: string, owner: number | undefined): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  try {
    await rename(path, aside);
    if ((await ownerOf(aside)) !== owner) await linked(aside, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  } finally {
    await rm(aside, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid || !Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
