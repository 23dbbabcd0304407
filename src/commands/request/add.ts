import {Args} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {visible} from '../../base/visible.ts'
import {findCeremony} from '../../ui/ceremony.ts'
import {missingSignatures} from '../../ceremony/state.ts'
import {custodyFold} from '../../custody/index.ts'
import {meet, missing, requestAt, requestDocument, statusNow, type Request} from '../../requests/index.ts'
import {takeSigned, type Subject, type Taken} from '../../requests/afar/index.ts'
import {answersIn, subjectsOf} from '../../ui/afar.ts'
import {called, stated} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {foundingLine} from '../../ui/show-request.ts'

const verbs = {approve: 'approved', reject: 'rejected', attest: 'signed'} as const

/** Whether what is signed belongs to a request. */
const asksForPlan = ({use}: Pick<Subject, 'use'>): boolean =>
  use === 'approval' || use === 'proposal' || use === 'possession'

export default class RequestAdd extends KeyriteCommand {
  static override summary = 'Take signatures that people made elsewhere, and say what is still missing.'
  static override description =
    'Each is held against the statement beside it (the same name without .sig), else against one that is given too, else against whatever waits here for that key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> r41-for-carol',
    '<%= config.bin %> <%= command.id %> carol/approve.sig dave/approve.sig',
    '<%= config.bin %> <%= command.id %> from-mail.sig r41-for-carol/approve',
  ]
  static override args = {
    signature: Args.string({
      description: 'a signature, the folder that it lies in, or a statement; any number',
      required: true,
    }),
  }
  static override strict = false

  async execute(): Promise<Shown> {
    const {argv, flags} = await this.parse(RequestAdd)
    const {app} = this
    app.useDraft()
    app.ledger.demandAnswers()
    const named = flags.as ?? this.outside.env['KEYRITE_AS'] ?? ''
    const by = stated(named === '' ? null : await this.actor())
    const taken: Taken[] = []
    for (const given of answersIn(app, argv.map(String))) {
      const one = await this.#recorded(() => takeSigned(app.ledger, subjectsOf(app), given))
      taken.push(one)
      this.say(
        `${called(one.person)}: ${verbs[one.statement.decision]} ${one.subject.id}${one.subject.use === 'proposal' ? ' as its author, which does not count' : ''}, signature verified.`,
      )
      await this.#meet(one, by)
    }
    return this.#result(taken)
  }

  /** Records the refusals that others do not: here a closed request is one of the ways to use an answer twice. */
  async #recorded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const {ledger} = this.app
      if (
        error instanceof KeyriteError &&
        ['REQUEST_STATE', 'CEREMONY_STATE', 'UNSUPPORTED'].includes(error.code)
      ) {
        const data = {operation: 'request.add', key: null, code: error.code}
        await ledger.append([{type: 'attempt.refused', data, actor: stated(null)}])
      }
      throw error
    }
  }

  async #meet({subject}: Taken, actor: ReturnType<typeof stated>): Promise<void> {
    if (!asksForPlan(subject)) return
    const {ledger} = this.app
    const request = requestAt(ledger, subject.about.seq)
    if (statusNow(ledger, request) !== 'open') return
    await meet({ledger, ceremony: request.ceremony, actor}, request)
  }

  #result(taken: readonly Taken[]): Shown {
    const {ledger, operations} = this.app
    const subjects = [...new Map(taken.map(({subject}) => [subject.id, subject])).values()]
    const requests = subjects.filter(asksForPlan).map(({about}) => requestAt(ledger, about.seq))
    const others = subjects.filter(({use}) => ['certificate', 'founding', 'transcript'].includes(use))
    return this.show(
      {
        schema: 'keyrite.answers/1',
        added: taken.map(({subject, person, statement}) => ({
          id: subject.id,
          use: subject.use,
          person: {id: person.id, name: person.name},
          key: statement.key,
          decision: statement.decision,
        })),
        requests: requests.map((one) => requestDocument(ledger, operations, one)),
      },
      [
        ...requests.flatMap((one) => this.#requestLines(one)),
        ...others.map(({id, use, ceremony}) =>
          use === 'certificate'
            ? `Signed that it was done: ${id}.`
            : use === 'founding'
              ? this.#foundingLine()
              : this.#ceremonyLine(id, ceremony ?? ''),
        ),
      ],
    )
  }

  #requestLines(request: Request): string[] {
    const {ledger} = this.app
    const status = statusNow(ledger, request)
    const left = ['open', 'met'].includes(status) ? missing(ledger, request) : ''
    const waiting = left === '' && !request.proposed && request.met === null && status === 'open'
    return [
      `Request ${request.id} is ${status}.${left === '' ? '' : ` Still needed: ${left}.`}${waiting ? ' Its author has not signed it yet.' : ''}`,
      `Next: keyrite request ${status === 'met' && left === '' ? 'apply' : 'show'} ${request.id}`,
    ]
  }

  #foundingLine(): string {
    const line = foundingLine(this.app.ledger)
    return line === undefined ? 'Every founder has signed.' : visible(`Not signed yet: ${line.missing}.`)
  }

  #ceremonyLine(id: string, ceremony: string): string {
    const {ledger} = this.app
    const {roster} = ledger.of(custodyFold)
    const left = missingSignatures(findCeremony(this.app, ceremony))
    const names = left.flatMap((one) => roster.get(one) ?? []).map(called)
    return visible(left.length === 0 ? `Everybody has signed ${id}.` : `Not signed yet: ${names.join(', ')}.`)
  }
}
