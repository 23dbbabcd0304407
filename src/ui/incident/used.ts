/** Who used a key, by the log of its place: read once in an incident, after the key is contained, and never waited for long. */
import {setTimeout as sleep} from 'node:timers/promises'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {parseDuration} from '../../base/duration.ts'
import {findIncident, type Incident} from '../../incidents/index.ts'
import {keysFold, logAtHand, profileOf, readUsage, recordUsage} from '../../keys/index.ts'
import type {ActContext} from '../../requests/index.ts'

const days = 30
/** The key is dead by then: so long is the end of the screen put off. */
const waitMs = 20_000
const hours = {from: 7, to: 19}

export async function readUsed(
  app: App,
  context: Omit<ActContext, 'approved'>,
  {key: name, id, used}: Incident,
  hurry: (line: string) => void,
): Promise<void> {
  const {ledger} = app
  const key = ledger.of(keysFold).keys.get(name)
  const kind = key === undefined ? '' : profileOf(ledger.view, key.profile).kind
  if (key === undefined || used !== null || !logAtHand.has(kind)) return
  const until = ledger.time
  const since = new Date(until.getTime() - parseDuration(`P${days}D`))
  const missing = (why: string): void => {
    hurry(`Who used it in ${days} days is not known yet: ${why}. Later: keyrite key usage ${name}`)
  }
  const late = new AbortController()
  const reading = readUsage(ledger, key, () => app.provider(key.profile), kind, {
    ...{since, until, hours, files: [], workspace: null, endpoint: null},
  })
  reading.catch(() => undefined) // what comes too late is waited for by nobody
  try {
    const usage = await Promise.race([reading, sleep(waitMs, null, {signal: late.signal, ref: false})])
    if (usage === null) {
      missing(`the log of its place gave no answer in ${waitMs / 1_000} s`)
      return
    }
    await recordUsage(context, usage)
    const callers = findIncident(ledger, id).used?.callers ?? []
    const who = callers.length === 0 ? 'nobody' : callers.slice(0, 5).join(', ')
    const more = callers.length > 5 ? `, and ${callers.length - 5} more` : ''
    hurry(`Used in ${days} days, by the log of its place: ${usage.events} times, by ${who}${more}.`)
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.code === 'STORAGE') throw error
    missing(`${error.message} (${error.code})`)
  } finally {
    late.abort()
  }
}
