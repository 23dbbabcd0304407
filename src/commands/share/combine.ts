import {Args, Flags} from '@oclif/core'
import {writeSync} from 'node:fs'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import type {Secret} from '../../base/secret.ts'
import {classes} from '../../policy/index.ts'
import {algorithms, purposes, schemes} from '../../providers/algorithms.ts'
import {keysFold, parseSpec, proveKey, type KeyWish} from '../../keys/index.ts'
import {
  findSet,
  oweAfterRecovery,
  parseCombine,
  planCombine,
  settleRecoveries,
  sharesFold,
  type ShareSet,
} from '../../shares/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {contextFor} from '../../ui/gather.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {identityFlag} from '../../ui/shares/flags.ts'
import {terminalHands} from '../../ui/shares/hands.ts'

/** `3` of `/dev/fd/3`. */
const descriptorOf = (out: string): number | undefined => {
  const number = out === '-' ? '1' : /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/.exec(out)?.[1]
  return number === undefined ? undefined : Number(number)
}

export default class ShareCombine extends AskingCommand {
  static override summary =
    'Recover what was escrowed: people approve it, and as many bring their shares as the set needs.'
  static override description =
    'Approval is by signature, shares are beside it: neither alone recovers. Shares come from files, or are typed or scanned on the terminal. The secret goes to a new file (0600), to a descriptor, or straight into a provider, where nobody sees it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --set escrow-1 share-1.txt share-3.age share-5.age --identity dave.agekey --out secret.bin --ticket INC-7 --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
    '<%= config.bin %> <%= command.id %> --set orders-kek --import-as orders-kek-2 --profile hsm --ticket INC-7',
  ]
  static override strict = false
  static override args = {
    file: Args.string({description: 'files of shares; without enough of them they are typed'}),
  }
  static override flags = {
    set: Flags.string({summary: 'the set (default: the only one there is)', helpValue: 'SET'}),
    identity: identityFlag,
    out: Flags.string({
      summary: 'a new file (0600), "-" for stdout, or /dev/fd/N',
      helpValue: 'FILE',
      exclusive: ['import-as'],
    }),
    'import-as': Flags.string({
      summary: 'the name of the key that it becomes',
      helpValue: 'NAME',
      dependsOn: ['profile'],
    }),
    profile: Flags.string({summary: 'the profile in which that key will live', helpValue: 'NAME'}),
    algorithm: Flags.option({
      summary: 'what that key is made of (default: as the key that was split)',
      options: algorithms,
    })(),
    scheme: Flags.option({summary: 'how that key is used', options: schemes})(),
    purpose: Flags.option({summary: 'what that key is for', options: purposes})(),
    class: Flags.option({summary: 'the class of that key', options: classes})(),
    owner: Flags.string({summary: 'who answers for that key', helpValue: 'O'}),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {argv, flags} = await this.parse(ShareCombine)
    const {app} = this
    const files = argv.map(String)
    if ((flags.out === undefined) === (flags['import-as'] === undefined))
      throw new KeyriteError('USAGE', 'expected --out FILE or --import-as NAME --profile P')
    if (!flags['dry-run']) await this.leftBefore()
    if (flags.out !== undefined && descriptorOf(flags.out) === undefined) demandNoFile(flags.out)
    if (flags.out === '-' && (this.jsonEnabled() || this.outside.stdout.isTTY))
      throw new KeyriteError(
        'USAGE',
        'cannot write the secret to the terminal, or beside JSON: --out FILE, or a pipe',
      )
    const set = this.set(flags.set)
    this.concerns = flags['import-as'] ?? null
    const wish = flags['import-as'] === undefined ? null : this.wish(set, flags['import-as'], flags)
    const planned = planCombine(app.ledger.view, set, wish)
    const {spec} = parseCombine(planned.plan.change)
    if (spec !== null) await this.demandOffered(parseSpec(spec), planned.plan, 'bring')
    if (!flags['dry-run'] && flags.ticket === undefined)
      throw new KeyriteError('USAGE', 'expected --ticket TICKET: a recovery belongs to one')
    const hands = terminalHands(
      {
        app,
        ask: app.world.ask,
        say: (line) => {
          this.say(line)
        },
        screen: {write: () => undefined, clears: false, stays: false},
        out: null,
        cardTo: null,
        secret: async () => {
          throw new TypeError('nothing is split here')
        },
        files,
        identities: flags.identity,
        take: async (secret) => {
          give(secret, flags.out ?? '')
        },
      },
      new Map(),
    )
    return this.asked(
      planned,
      flags,
      async (request) => {
        const now = app.ledger.of(sharesFold).sets.get(set.set) ?? set
        const actor = await this.actor()
        if (wish !== null) await proveKey({...contextFor(app, actor), approved: 0}, wish.name, 1)
        const duty = await oweAfterRecovery(
          app.ledger,
          now,
          request.who.map(({person}) => person),
          actor.id,
        )
        const key = wish === null ? null : (app.ledger.of(keysFold).keys.get(wish.name)?.versions[0] ?? null)
        return this.show(
          {
            schema: 'keyrite.recovery/1',
            ...{set: set.set, name: set.name, request: request.id, entry: now.recoveries.at(-1) ?? null},
            ...{file: flags.out ?? null, key: wish?.name ?? null, proven: key?.tried?.ok ?? null, duty},
          },
          flags.out === '-'
            ? []
            : [
                wish === null
                  ? `Set "${set.name}" is recovered; the secret is in ${flags.out ?? ''}.`
                  : `Set "${set.name}" is recovered as key "${wish.name}" version 1 in profile "${wish.profile}": imported, and proved to be the same.`,
                `Recorded: entry ${now.recoveries.at(-1) ?? ''}. A post-mortem is owed: ${duty}.`,
                `Next: ${wish === null ? `keyrite duty show ${duty}` : `keyrite key activate ${wish.name}`}`,
              ],
        )
      },
      {hands},
    )
  }

  /** Recoveries that were recorded before their command was killed: whoever ran it may have got nothing. */
  private async leftBefore(): Promise<void> {
    const {ledger} = this.app
    for (const set of ledger.of(sharesFold).sets.values()) {
      if (set.recoveries.length === 0) continue
      for (const {entry, duty} of await settleRecoveries(ledger, set, (await this.actor()).id)) {
        this.say(`Entry ${entry} recorded a recovery of set "${set.name}" that ended before it was told.`)
        this.say(
          `Look whether the file, or the key, is there; if not, people sign anew. A post-mortem is owed: ${duty}.`,
        )
      }
    }
  }

  private set(typed: string | undefined): ShareSet {
    const {ledger} = this.app
    if (typed !== undefined) return findSet(ledger, typed)
    const standing = [...ledger.of(sharesFold).sets.values()].filter(
      (one) => one.void === null && one.replacedBy === null,
    )
    const [only, ...others] = standing
    if (only !== undefined && others.length === 0) return only
    throw new KeyriteError('SET_NOT_FOUND', 'cannot tell which set is to be recovered', {
      hints: ['--set SET', 'keyrite share list'],
    })
  }

  /** As the key that was split, where nothing else is said. */
  private wish(
    {what}: ShareSet,
    name: string,
    flags: {
      readonly profile?: string | undefined
      readonly algorithm?: KeyWish['algorithm'] | undefined
      readonly scheme?: KeyWish['scheme'] | undefined
      readonly purpose?: KeyWish['purpose'] | undefined
      readonly class?: KeyWish['class'] | undefined
      readonly owner?: string | undefined
    },
  ): KeyWish {
    const old = what.kind === 'key' ? this.app.ledger.of(keysFold).keys.get(what.key) : undefined
    const algorithm = flags.algorithm ?? old?.spec.algorithm
    const purpose = flags.purpose ?? old?.spec.purpose
    const keyClass = flags.class ?? old?.spec.class
    const owner = flags.owner ?? old?.names['owner'] ?? old?.spec.owner
    if (algorithm === undefined || purpose === undefined || keyClass === undefined || owner === undefined)
      throw new KeyriteError(
        'USAGE',
        'expected --algorithm, --purpose, --class and --owner of the key that it becomes',
      )
    return {
      name,
      profile: flags.profile ?? '',
      algorithm,
      scheme: flags.scheme ?? old?.spec.scheme ?? null,
      purpose,
      class: keyClass,
      classification: old?.spec.classification ?? 'confidential',
      owner,
      consumers: [],
      parent: null,
      expires: null,
      activate: false,
    }
  }
}

function give(secret: Secret, out: string): void {
  const descriptor = descriptorOf(out)
  secret.consume((bytes) => {
    if (descriptor === undefined) {
      writeNew(out, bytes)
      return
    }
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
    } catch (error) {
      throw storageError('give what was recovered to', out, error)
    }
  })
}
