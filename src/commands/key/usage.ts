import {Args, Flags} from '@oclif/core'
import {parseDuration} from '../../base/duration.ts'
import {resolve} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {profileOf, readUsage, recordUsage, type Hours} from '../../keys/index.ts'
import {readLogs, writeLog} from '../../profiles/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {contextFor} from '../../ui/gather.ts'
import {usageDocument, usageLines} from '../../ui/show-usage.ts'

export default class KeyUsage extends KeyriteCommand {
  static override summary =
    'Read from the log of the place what was done with a key: by whom, what, when; odd things first.'
  static override description =
    'AWS: CloudTrail. Google Cloud: Cloud Logging. Azure: the Log Analytics workspace that the vault’s logs go to (--workspace). OpenBao and Vault: files of an audit device (--audit-file). A place without a log: what keyrite itself did. Nothing is changed at the provider; what was found, its source and what it cannot show are recorded.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --since P30D',
    '<%= config.bin %> <%= command.id %> orders-dek --audit-file /var/log/openbao/audit.log --audit-file /var/log/openbao/audit.log.1.gz --remember',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    since: Flags.string({summary: 'how far back (ISO 8601)', helpValue: 'DURATION', default: 'P30D'}),
    'audit-file': Flags.string({
      summary: 'a file of an audit device, or a copy of one (.gz too)',
      helpValue: 'FILE',
      multiple: true,
      default: [],
    }),
    workspace: Flags.string({summary: 'the id of the Log Analytics workspace', helpValue: 'ID'}),
    'log-endpoint': Flags.string({
      summary: 'another address of the log than the service’s own (Azure, Google Cloud)',
      helpValue: 'HOST[:PORT]',
    }),
    hours: Flags.string({
      summary: 'when people work, Monday to Friday, in UTC; whatever is outside is off hours',
      helpValue: 'HH-HH',
      default: '07-19',
    }),
    remember: Flags.boolean({
      summary: 'remember on this machine where the log is, for the next time and for keyrite revoke',
      default: false,
    }),
    'no-record': Flags.boolean({summary: 'record nothing', default: false}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyUsage)
    const hours = hoursOf(flags.hours)
    const span = spanOf(flags.since)
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    this.concerns = key.name
    if (!flags['no-record']) ledger.demandWriter()
    const until = ledger.time
    const known = readLogs(this.app.world.home).get(key.profile)
    const log = {
      files:
        flags['audit-file'].length > 0
          ? flags['audit-file'].map((one) => resolve(one))
          : (known?.files ?? []),
      workspace: flags.workspace ?? known?.workspace ?? null,
      endpoint: endpointOf(flags['log-endpoint']) ?? known?.endpoint ?? null,
    }
    const {kind} = profileOf(ledger.view, key.profile)
    const usage = await readUsage(ledger, key, () => this.app.provider(key.profile), kind, {
      since: new Date(until.getTime() - span),
      until,
      ...log,
      hours,
      seen: (count) => {
        if (count % 10_000 === 0) this.say(`${count} uses read …`)
      },
    })
    if (flags.remember) writeLog(this.app.world.home, key.profile, log)
    const seq = flags['no-record'] ? null : await recordUsage(contextFor(this.app, await this.actor()), usage)
    return this.show({schema: 'keyrite.usage/1', exit: 0, entry: seq, ...usageDocument(usage)}, [
      ...usageLines(this.print, usage),
      '',
      seq === null ? 'Nothing was recorded.' : `Recorded in entry ${seq}.`,
    ])
  }
}

function spanOf(text: string): number {
  try {
    const span = parseDuration(text)
    if (span > 0) return span
  } catch {
    // as for one that is no time at all
  }
  throw new KeyriteError('USAGE', `expected --since as an ISO 8601 duration such as P30D, and got "${text}"`)
}

function hoursOf(text: string): Hours {
  const found = /^(\d{1,2})-(\d{1,2})$/.exec(text)
  const [from, to] = [Number(found?.[1]), Number(found?.[2])]
  if (found !== null && from < 24 && to <= 24) return {from, to}
  throw new KeyriteError('USAGE', `expected --hours as two whole hours such as 07-19, and got "${text}"`)
}

function endpointOf(text: string | undefined): string | null {
  if (text === undefined) return null
  if (/^[a-z0-9.-]+(?::\d{1,5})?$/i.test(text)) return text
  throw new KeyriteError('USAGE', `expected --log-endpoint as HOST or HOST:PORT, and got "${text}"`)
}
