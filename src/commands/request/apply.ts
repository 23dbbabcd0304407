import {Args} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, findPerson, personRef, signFounding} from '../../custody/index.ts'
import {findRequest, lacksSignatures, requestDocument} from '../../requests/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {called} from '../../ui/actor.ts'
import {pinFileFlag, signers, signWithFlag} from '../../ui/flags.ts'
import {gatherAndApply, signerAt, waitingDocument} from '../../ui/gather.ts'

export default class RequestApply extends KeyriteCommand {
  static override summary =
    'Apply a request: take more signatures if they are given, and act when the quorum is there.'
  static override description = 'ID "founding" stands for the signatures of founders who have not signed yet.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> r41',
    '<%= config.bin %> <%= command.id %> r41 --sign-with carol@example.com=carol.key',
    '<%= config.bin %> <%= command.id %> founding --sign-with dave@example.com=dave.pub',
  ]
  static override args = {
    request: Args.string({description: 'its id, such as r41; or "founding"', required: true}),
  }
  static override flags = {'sign-with': signWithFlag, 'pin-file': pinFileFlag}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RequestApply)
    const {app} = this
    app.useDraft()
    app.ledger.demandAnswers()
    if (args.request === 'founding') return this.#found(flags['sign-with'] ?? [])
    const found = findRequest(app.ledger, args.request)
    const key = found.plan.change['key']
    this.concerns = typeof key === 'string' ? key : null
    const request = await gatherAndApply(app, found, {
      signWith: flags['sign-with'],
      actor: await this.actor(),
      say: (line) => {
        this.say(line)
      },
    })
    if (request.met === null && request.answers.length === found.answers.length)
      await this.leaveTrace(
        new KeyriteError('QUORUM_MISSING', `${request.id} was to be applied without a quorum`),
      )
    if (lacksSignatures(app.ledger, request)) return waitingDocument(app, request)
    const document = requestDocument(app.ledger, app.operations, request)
    return this.show({schema: 'keyrite.request/1', ...document}, [
      `Request ${request.id} is ${document.status}.`,
      ...document.inWords,
    ])
  }

  async #found(signWith: readonly string[]): Promise<Shown> {
    const {ledger} = this.app
    for (const {person, path} of signers(signWith)) {
      await signFounding(
        ledger,
        findPerson(ledger.of(custodyFold).roster, person),
        await signerAt(this.app, path, false),
      )
    }
    const {roster, unsigned} = ledger.of(custodyFold)
    const waiting = unsigned.flatMap((id) => roster.get(id) ?? [])
    const lines =
      waiting.length === 0
        ? ['Every founder has signed.']
        : [`Not signed yet: ${waiting.map(called).join(', ')}.`]
    const exit = waiting.length === 0 ? 0 : 8
    return this.show(
      {schema: 'keyrite.founding/1', exit, unsigned: unsigned.map((id) => personRef(roster, id))},
      lines,
    )
  }
}
