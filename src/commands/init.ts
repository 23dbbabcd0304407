import {Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import {words, wordLines} from '../base/words.ts'
import {
  continuationDocument,
  continuationFold,
  continuationInWords,
  custodyFold,
  findPerson,
  foundingData,
  foundPeople,
  isRole,
  personRef,
  roles,
  signFounding,
  type Founder,
  type Role,
} from '../custody/index.ts'
import {foundLedger} from '../ledger/index.ts'
import {defaultPolicy, isSolo, lintPolicy, soloInWords, soloPolicy, type Policy} from '../policy/index.ts'
import {called} from '../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../ui/command.ts'
import {signers, signWithFlag} from '../ui/flags.ts'
import {signerAt} from '../ui/gather.ts'
import {continues} from '../ui/old-ledger.ts'
import {readPolicyFile} from '../ui/policy-file.ts'

export default class Init extends KeyriteCommand {
  static override summary =
    'Found a ledger: its people, its policy, its first entry, and the fingerprint for the paper.'
  static override description =
    'Founders who do not sign now are named; they sign later with "request apply founding". Until as many have signed as the policy asks for a change of people, nothing else can be done.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --org example.com --person alice@example.com=alice.pub --person bob@example.com=bob.pub --person carol@example.com=carol.pub --role alice@example.com=security-lead,custodian --role bob@example.com=ciso,custodian --sign-with alice@example.com=alice.pub',
    '<%= config.bin %> <%= command.id %> --org example.com --policy solo --person me@example.com=~/.ssh/id_ed25519.pub --sign-with me@example.com=~/.ssh/id_ed25519',
  ]
  static override flags = {
    org: Flags.string({summary: 'the organisation: a domain name', helpValue: 'example.com', required: true}),
    person: Flags.string({
      summary: 'a founder and their public key; "Name <address>=FILE" gives a name too',
      helpValue: 'ADDRESS=FILE.pub',
      multiple: true,
      required: true,
    }),
    role: Flags.string({
      summary: `what a founder is (custodian if nothing is said): ${roles.join(', ')}`,
      helpValue: 'PERSON=ROLE,ROLE',
      multiple: true,
      default: [],
    }),
    policy: Flags.string({
      summary: 'a policy document, or "solo" for one person alone (weak; never for production)',
      helpValue: 'FILE|solo',
    }),
    continues: Flags.string({
      summary: 'the ledger whose quorum was lost, and which this one continues: its home, or its ledger.db',
      helpValue: 'OLD',
      dependsOn: ['reason'],
    }),
    reason: Flags.string({
      summary: 'why the old ledger is not gone on with (private)',
      helpValue: 'TEXT',
      dependsOn: ['continues'],
    }),
    'although-damaged': Flags.boolean({
      summary: 'continue a ledger that does not verify',
      dependsOn: ['continues'],
    }),
    'sign-with': signWithFlag,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(Init)
    const {app} = this
    const policy = policyOf(flags.policy)
    const people = foundPeople(founders(flags.person, flags.role), app.world.random)
    const as = flags.as ?? this.outside.env['KEYRITE_AS']
    const roster = new Map(people.map((person) => [person.id, person]))
    const first =
      as === undefined
        ? people.find((one) => one.address === addressOf(flags.person[0] ?? ''))
        : findPerson(roster, as)
    const signing = signers(flags['sign-with']).map(({person, path}) => ({
      person: findPerson(roster, person),
      path,
    }))
    // What is weak about the one called solo is said in one sentence, at the end.
    const active = new Map(people.map((one) => [one.id, {...one, state: 'active' as const}]))
    for (const {rule, message} of policy === soloPolicy ? [] : lintPolicy(policy, active))
      this.say(`Policy: ${message} (${rule}).`)
    const before =
      flags.continues === undefined
        ? null
        : continues(flags.continues, {
            ...app.ledgerWorld,
            reason: flags.reason ?? '',
            damaged: flags['although-damaged'],
            say: (line) => {
              this.say(line)
            },
          })
    const ledger = await foundLedger(app.ledgerWorld, {
      organisation: flags.org,
      data: foundingData(people, policy, before),
      actor: {person: first?.id ?? null, evidence: 'stated'},
    })
    app.adopt(ledger)
    for (const {person, path} of signing) {
      await signFounding(ledger, person, await signerAt(app, path, false))
      this.say(`${called(person)}: signed, signature verified.`)
    }
    return this.#founded(policy)
  }

  #founded(policy: Policy): Shown {
    const {ledger, world} = this.app
    const {fingerprint, name, vkey} = ledger.view.facts
    const {roster, unsigned} = ledger.of(custodyFold)
    const waiting = unsigned.flatMap((id) => roster.get(id) ?? [])
    const digest = Buffer.from(fingerprint, 'hex')
    const document = {
      schema: 'keyrite.ledger/1' as const,
      home: world.home,
      ledger: name,
      size: ledger.size,
      root: Buffer.from(ledger.checkpoint.root, 'base64').toString('hex'),
      vkey,
      fingerprint,
      words: words(digest),
      unsigned: unsigned.map((id) => personRef(roster, id)),
      policy: policy.name,
      continues: continuationDocument(ledger.of(continuationFold)),
    }
    const continued = continuationInWords(ledger.of(continuationFold))
    return this.show(document, [
      `Ledger ${name} is founded.`,
      `It lies in ${world.home}.`,
      ...(continued === null
        ? []
        : [`It ${continued}. Nothing is carried over: profiles and keys are approved anew.`]),
      ...(isSolo(policy) ? [soloInWords(policy)] : []),
      '',
      'Write this fingerprint on paper. It is what every later proof is held against:',
      '',
      `  ${fingerprint}`,
      ...wordLines(digest).map((line) => `  ${line}`),
      '',
      ...(waiting.length === 0
        ? ['Every founder has signed.']
        : [
            `Not signed yet: ${waiting.map(called).join(', ')}.`,
            `Next: keyrite request apply founding --sign-with PERSON=KEY`,
          ]),
      ...(waiting.length === 0 ? ['Next: keyrite profile add NAME --kind local --environment test'] : []),
    ])
  }
}

function policyOf(typed: string | undefined): Policy {
  if (typed === undefined) return defaultPolicy
  if (typed === 'solo') return soloPolicy
  return readPolicyFile(typed).policy
}

/** `Alice Example <alice@example.com>=alice.pub`, or `alice@example.com=alice.pub`. */
function founders(persons: readonly string[], given: readonly string[]): readonly Founder[] {
  const people = persons.map((text) => {
    const at = text.lastIndexOf('=')
    if (at < 1 || at === text.length - 1)
      throw new KeyriteError('USAGE', `expected ADDRESS=FILE.pub, got "${text}"`, {
        hints: ['--person alice@example.com=alice.pub'],
      })
    const who = text.slice(0, at).trim()
    const named = /^(.+?)\s*<([^<>\s]+)>$/.exec(who)
    const address = named?.[2] ?? who
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw new KeyriteError('USAGE', `expected an address such as alice@example.com, got "${address}"`)
    return {
      name: named?.[1] ?? address,
      address,
      key: readPublic(text.slice(at + 1), 65_536).toString('utf8'),
      roles: [] as Role[],
    }
  })
  for (const text of given) {
    const at = text.indexOf('=')
    if (at < 1) throw new KeyriteError('USAGE', `expected PERSON=ROLE,ROLE, got "${text}"`)
    const wanted = text.slice(0, at).toLowerCase()
    const person = people.find(({address, name}) =>
      [address.toLowerCase(), address.toLowerCase().split('@')[0], name.toLowerCase()].includes(wanted),
    )
    if (person === undefined)
      throw new KeyriteError(
        'PERSON_NOT_FOUND',
        `cannot give a role to "${text.slice(0, at)}": no --person is called so`,
      )
    for (const role of text.slice(at + 1).split(',')) {
      if (!isRole(role))
        throw new KeyriteError('USAGE', `there is no role "${role}"`, {hints: [`one of ${roles.join(', ')}`]})
      person.roles.push(role)
    }
  }
  return people.map((person) => ({
    ...person,
    roles: person.roles.length === 0 ? ['custodian'] : person.roles,
  }))
}

function addressOf(text: string): string {
  const who = text.slice(0, text.lastIndexOf('=')).trim()
  return /<([^<>\s]+)>$/.exec(who)?.[1] ?? who
}
