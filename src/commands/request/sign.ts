import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {writeNew} from '../../base/files.ts'
import {visible} from '../../base/visible.ts'
import {words} from '../../base/words.ts'
import {transcriptContent} from '../../ceremony/afar.ts'
import {outcomeContent} from '../../keys/index.ts'
import {armor, namespaceOf, signerFor, type Signer} from '../../custody/index.ts'
import {loadPin, openOwn, parseCheckpoint, storePin, type Checkpoint} from '../../ledger/index.ts'
import {
  continuation,
  decisions,
  changeLines,
  examine,
  readExport,
  reasonFile,
  wordsOf,
  type Continuation,
  type Decision,
  type Examined,
} from '../../requests/afar/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class RequestSign extends KeyriteCommand {
  static override summary =
    'Answer a request that came as a folder: it is checked, shown in words, and signed.'
  static override description =
    'Needs no ledger. What this user saw last of the ledger is remembered, and a request from another history is refused.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> r41-for-carol --key ~/.ssh/id_ed25519',
    '<%= config.bin %> <%= command.id %> r41-for-carol --key ~/.ssh/id_ed25519.pub --reject --reason "wrong profile"',
  ]
  static override args = {folder: Args.string({description: 'what request export wrote', required: true})}
  static override flags = {
    key: Flags.string({
      summary: 'a private key file, or a .pub file whose key ssh-agent holds',
      helpValue: 'FILE',
      required: true,
    }),
    reject: Flags.boolean({summary: 'say no'}),
    reason: Flags.string({
      summary: 'why not: it goes along, and is not signed',
      helpValue: 'TEXT',
      dependsOn: ['reject'],
    }),
    ledger: Flags.string({
      summary: 'the fingerprint that the ledger must have, as printed on paper',
      helpValue: 'FINGERPRINT',
    }),
    yes: Flags.boolean({summary: 'sign without being asked: somebody has read it'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RequestSign)
    const {world} = this
    const examined = examine(readExport(args.folder), {
      operations: this.app.operations,
      now: world.clock.now(),
      transcript: transcriptContent,
      certificate: outcomeContent,
    })
    demandLedger(examined, flags.ledger)
    const seen = this.#continues(examined)
    const decision = decisionOf(examined, flags.reject)
    demandUnanswered(args.folder)
    const inProcess = examined.content.environment === 'test'
    const signer = await signerFor(flags.key, {
      agentSocket: world.agentSocket,
      inProcess,
      interruptible: world.interruptible,
    })
    demandKey(examined, signer)
    for (const line of this.#shown(examined, seen, decision)) this.say(line)
    if (!flags.yes) await this.#confirm(examined, decision)
    const namespace = namespaceOf(examined.use, examined.facts)
    const bytes = examined.statements.get(decision) ?? new Uint8Array()
    const signature = armor(await signer.sign(namespace, bytes))
    const file = join(args.folder, `${decision}.sig`)
    if (flags.reason !== undefined) writeNew(join(args.folder, reasonFile), Buffer.from(`${flags.reason}\n`))
    writeNew(file, Buffer.from(signature))
    storePin(world.state, examined.facts.fingerprint, examined.note)
    return this.#result(examined, {decision, file, seen})
  }

  /** Where the ledger itself is written in this home, a refusal is recorded in it, as every other command's is. */
  protected override async leaveTrace(error: unknown): Promise<void> {
    if (this.app.opened === undefined && existsSync(join(this.world.home, 'ledger.db'))) {
      try {
        // Opening it is all that is needed.
        if (this.app.ledger.access.kind !== 'writer') return
      } catch (second) {
        if (second instanceof KeyriteError) return // it cannot be written to: there is nowhere to record it
        throw second
      }
    }
    await super.leaveTrace(error)
  }

  /** @throws KeyriteError `PIN_CONTRADICTED`, `PIN_UNPROVEN`. */
  #continues(examined: Examined): Continuation {
    const {facts, proof, checkpoint, content, person} = examined
    const note = loadPin(this.world.state, facts.fingerprint)
    const pin = note === undefined ? undefined : readPin(note, examined)
    const seen = continuation(proof, checkpoint, pin)
    const saw = `you saw this ledger with ${pin?.size ?? 0} entries`
    if (seen === 'contradicts')
      throw new KeyriteError(
        'PIN_CONTRADICTED',
        `cannot sign ${content.id}: ${saw}, and this request comes from another history of it`,
        {
          hints: [
            'sign nothing, and compare what you saw with other custodians',
            'keyrite ledger verify, where the ledger is',
          ],
        },
      )
    if (seen === 'unproven')
      throw new KeyriteError(
        'PIN_UNPROVEN',
        `cannot sign ${content.id}: ${saw}, and nothing here shows that the request continues that`,
        {
          hints: [
            `keyrite request export ${content.id.replace(' ', '-')} --for ${person.address ?? person.id} --since ${pin?.size ?? 1} --out DIR, where the ledger is`,
          ],
        },
      )
    return seen
  }

  #shown(examined: Examined, seen: Continuation, decision: Decision): readonly string[] {
    return [
      ...wordsOf(examined),
      seen === 'first'
        ? 'You have seen nothing of this ledger before: compare its fingerprint with the one on paper.'
        : 'It continues what you saw last of this ledger.',
      ...changeLines(examined.changes, this.#sawLast(examined)),
      decision === 'reject' ? 'You are about to sign NO.' : 'You are about to sign YES.',
    ]
  }

  /** How many entries this person saw last; 0 if none. */
  #sawLast({facts}: Examined): number {
    const note = loadPin(this.world.state, facts.fingerprint)
    return note === undefined ? 0 : parseCheckpoint(note).size
  }

  async #confirm({content}: Examined, decision: Decision): Promise<void> {
    const message = decision === 'reject' ? `Reject ${content.id}` : `Sign ${content.id} as above`
    const yes = await this.world.ask.confirm({message, flag: '--yes'})
    if (!yes)
      throw new KeyriteError('NOT_CONFIRMED', 'nothing was signed', {hints: ['the same command again']})
  }

  #result(
    examined: Examined,
    {decision, file, seen}: {readonly decision: Decision; readonly file: string; readonly seen: Continuation},
  ): Shown {
    const {content, person, statement, facts, checkpoint} = examined
    return this.show(
      {
        schema: 'keyrite.answer/1',
        id: content.id,
        use: examined.use,
        decision,
        file,
        person: {id: person.id, name: person.name},
        key: statement.key,
        digest: content.digest,
        words: words(Buffer.from(content.digest, 'hex')),
        inWords: content.lines,
        ledger: facts.name,
        fingerprint: facts.fingerprint,
        checkpoint: {root: statement.checkpoint.root, size: checkpoint.size},
        seen,
        writerChanges: examined.changes,
      },
      [
        `Signed: ${visible(file)}, ${decision} ${content.id}, signature verified.`,
        'What you saw of the ledger is remembered here, and the next request must continue it.',
        'Send that file back. Whoever asked runs: keyrite request add FILE',
      ],
    )
  }
}

/** @throws KeyriteError `PIN_CONTRADICTED` if what is kept was not signed by the writer that the first entry names. */
function readPin(note: string, {facts, content}: Examined): Checkpoint {
  try {
    return openOwn(note, facts)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new KeyriteError(
      'PIN_CONTRADICTED',
      `cannot sign ${content.id}: what you saw last of this ledger cannot be used: ${error.message}`,
      {hints: ['sign nothing, and compare what you saw with other custodians'], cause: error},
    )
  }
}

function demandLedger({facts, content}: Examined, named: string | undefined): void {
  if (named === undefined || named.toLowerCase() === facts.fingerprint) return
  throw new KeyriteError(
    'REQUEST_TAMPERED',
    `cannot sign ${content.id}: its ledger has the fingerprint ${facts.fingerprint}`,
    {
      hints: ['sign nothing; it is not the ledger that was named'],
    },
  )
}

function decisionOf({statements, content}: Examined, reject: boolean): Decision {
  if (!reject) return statements.has('approve') ? 'approve' : 'attest'
  if (statements.has('reject')) return 'reject'
  throw new KeyriteError('USAGE', `cannot reject ${content.id}: it takes no no`, {
    hints: ['to say no, sign nothing'],
  })
}

function demandUnanswered(folder: string): void {
  const there = [...decisions.map((one) => `${one}.sig`), reasonFile].find((name) =>
    existsSync(join(folder, name)),
  )
  if (there === undefined) return
  throw new KeyriteError('EXISTS', `cannot answer: "${join(folder, there)}" is there already`, {
    hints: ['send that one back; answers are final', 'or remove it, if it was never sent'],
  })
}

function demandKey({statement, person, content}: Examined, {publicKey}: Signer): void {
  if (publicKey.fingerprint === statement.key) return
  const id = content.id.replace(' ', '-')
  throw new KeyriteError(
    'BAD_SIGNATURE',
    `cannot sign ${content.id} with ${publicKey.fingerprint}: it asks for ${statement.key}`,
    {
      hints: [
        `keyrite request export ${id} --for ${person.address ?? person.id} --key ${publicKey.fingerprint} --out DIR`,
      ],
    },
  )
}
