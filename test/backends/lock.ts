/** One at a time, among processes. The lock is a symbolic link to the holder's process id: made with its content, or not at all. */
import {readlinkSync, symlinkSync, unlinkSync} from 'node:fs'
import {setTimeout as wait} from 'node:timers/promises'

function taken(path: string): boolean {
  try {
    symlinkSync(String(process.pid), path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

function isDead(path: string): boolean {
  try {
    process.kill(Number(readlinkSync(path)), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Runs `work` while nobody else holds `path`; waits for whoever does, unless that process is dead. */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!taken(path)) {
    if (isDead(path)) remove(path)
    else await wait(200)
  }
  try {
    return await work()
  } finally {
    remove(path)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else removed it.
  }
}
