/** The end of a process that hangs in its module while whoever started it is gone, with the PIN in its memory. */
import {Worker} from 'node:worker_threads'

/** The main thread may be the module's, which gives it back to nobody: this looks from another. */
const watching = `
const {workerData: {parent, ms}} = require('node:worker_threads')
let gone
setInterval(() => {
  if (process.ppid === parent) return
  gone ??= performance.now()
  if (performance.now() - gone >= ms) process.kill(process.pid, 'SIGKILL')
}, Math.min(ms, 2000))
`

/** @param ms - how long it may go on without its parent: what it has begun is best ended whole. */
export function outlivesParentBy(ms: number): void {
  new Worker(watching, {eval: true, workerData: {parent: process.ppid, ms}}).unref()
}
