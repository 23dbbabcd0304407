import {Args, Flags} from '@oclif/core'
import {visible} from '../../base/visible.ts'
import {transcriptContent} from '../../ceremony/afar.ts'
import {outcomeContent} from '../../keys/index.ts'
import {words} from '../../base/words.ts'
import {chooseKey, examine, exportFiles, howto, wordsOf, writeExport} from '../../requests/afar/index.ts'
import {personFor, subjectFor} from '../../ui/afar.ts'
import {called} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {wholeNumber} from '../../ui/flags.ts'

export default class RequestExport extends KeyriteCommand {
  static override summary =
    'Write a request as a folder for a person elsewhere: what to sign, and all that it stands on.'
  static override description =
    'The person signs with keyrite request sign, or with OpenSSH alone, as HOWTO.md in the folder says. The folder holds names, and nothing secret.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> r41 --for carol@example.com --out r41-for-carol',
    '<%= config.bin %> <%= command.id %> founding --for erin@example.com --out founding-for-erin',
    '<%= config.bin %> <%= command.id %> ceremony-1a2b3c4d --for heidi@example.com --out sign-off-for-heidi',
  ]
  static override args = {
    request: Args.string({
      description:
        'such as r41; "founding" for a founder who has not signed; ceremony-ID for a late sign-off; destruction-KEY-VERSION for an outcome',
      required: true,
    }),
  }
  static override flags = {
    for: Flags.string({summary: 'who is asked', helpValue: 'PERSON', required: true}),
    key: Flags.string({
      summary: 'which of their keys, by fingerprint (default: the first that may sign)',
      helpValue: 'SHA256:…',
    }),
    out: Flags.string({summary: 'the folder to write; it must not exist', helpValue: 'DIR', required: true}),
    since: Flags.string({
      summary: 'prove that it continues the checkpoint of so many entries, as request sign asks for',
      helpValue: 'SIZE',
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RequestExport)
    const since = flags.since === undefined ? undefined : wholeNumber(flags.since, '--since SIZE', 1)
    const {app} = this
    app.useDraft()
    const {ledger} = app
    const person = personFor(app, args.request, flags.for)
    const subject = subjectFor(app, args.request, person)
    const key = chooseKey(subject, person, flags.key)
    const files = exportFiles(ledger, subject, person, key, since)
    // Nothing leaves that its reader would refuse.
    const examined = examine(files, {
      operations: app.operations,
      now: ledger.time,
      transcript: transcriptContent,
      certificate: outcomeContent,
    })
    const text = wordsOf(examined).map((line) => visible(line))
    const all = new Map([
      ...files,
      ['words.txt', Buffer.from(`${text.join('\n')}\n`)] as const,
      ['HOWTO.md', Buffer.from(visible(howto(examined), {keepNewlines: true}))] as const,
    ])
    writeExport(flags.out, all)
    const {content, checkpoint} = examined
    return this.show(
      {
        schema: 'keyrite.export/1',
        id: content.id,
        use: subject.use,
        person: {id: person.id, name: person.name},
        key,
        folder: flags.out,
        files: [...all.keys()],
        digest: content.digest,
        words: words(Buffer.from(content.digest, 'hex')),
        checkpoint: {root: Buffer.from(checkpoint.root).toString('base64'), size: checkpoint.size},
        environment: content.environment,
      },
      [
        `Written for ${visible(called(person))}: ${visible(flags.out)}`,
        'Send it by any channel; it holds names and the plan, and nothing secret. What must be compared by another channel is the digest:',
        ...text.filter((line) => line.startsWith('SHA-256 of ')),
        `Next: keyrite request add ${visible(flags.out)}, once ${[...examined.statements.keys()].map((decision) => `${decision}.sig`).join(' or ')} is back in it`,
      ],
    )
  }
}
