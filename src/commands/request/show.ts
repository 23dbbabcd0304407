import {Args} from '@oclif/core'
import {findRequest, requestDocument} from '../../requests/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {foundingDocument, foundingLine, requestLine, requestLines} from '../../ui/show-request.ts'
import {weakLines, weakness} from '../../ui/weak.ts'

export default class RequestShow extends KeyriteCommand {
  static override summary = 'Show a request in plain words: what would be done, who may answer, who has.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> r41',
    '<%= config.bin %> <%= command.id %> founding',
  ]
  static override args = {
    request: Args.string({
      description: 'such as r41; "founding" for the founders who have not signed',
      required: true,
    }),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(RequestShow)
    this.app.useDraft()
    const {ledger, operations} = this.app
    if (args.request === 'founding') {
      const founding = foundingDocument(ledger)
      const next = foundingLine(ledger)?.next ?? 'nothing: every founder has signed'
      return this.show({schema: 'keyrite.request/1', ...founding}, requestLines(this.print, founding, next))
    }
    const request = findRequest(ledger, args.request)
    const document = requestDocument(ledger, operations, request)
    const {next} = requestLine(ledger, operations, request)
    return this.show({schema: 'keyrite.request/1', ...document, weak: weakness(ledger)}, [
      ...requestLines(this.print, document, next),
      ...weakLines(ledger),
    ])
  }
}
