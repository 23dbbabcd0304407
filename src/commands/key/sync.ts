import {Flags} from '@oclif/core'
import {visible} from '../../base/visible.ts'
import {
  commandAgain,
  compareWith,
  keysBeside,
  keysFold,
  lastSeen,
  nextFor,
  profileOf,
  type Finding,
} from '../../keys/index.ts'
import {jsonBlob} from '../../ledger/index.ts'
import {demandSamePlace, profilesFold} from '../../profiles/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'

export default class KeySync extends KeyriteCommand {
  static override summary =
    'Hold the ledger against its providers: what is missing, unknown or otherwise; exit 10 when anything is.'
  static override description =
    'Nothing is changed at a provider. What was seen is recorded, so that a policy or a schedule that others change is noticed the next time.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile kms --json',
    '<%= config.bin %> <%= command.id %> --profile kms --accept orders-dek',
  ]
  static override flags = {
    profile: Flags.string({
      summary: 'only this one; all that hold keys unless told',
      helpValue: 'NAME',
      multiple: true,
    }),
    accept: Flags.string({
      summary: 'a key whose policy and schedule are agreed to as they are now',
      helpValue: 'KEY',
      multiple: true,
      default: [],
    }),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(KeySync)
    const {app} = this
    const {ledger} = app
    const accept = flags.accept.map((name) => findKey(ledger, name))
    const {keys} = ledger.of(keysFold)
    const lives = new Set([...keys.values()].map(({profile}) => profile))
    const names =
      flags.profile ?? [...ledger.of(profilesFold).profiles.keys()].filter((name) => lives.has(name))
    ledger.demandWriter()
    const actor = accept.length === 0 ? null : await this.actor()
    const profiles = []
    for (const name of names) {
      const profile = profileOf(ledger.view, name)
      const provider = await app.provider(name)
      await demandSamePlace(profile, provider)
      const accepted = accept.filter((key) => key.profile === name).map((key) => key.name)
      const {
        compared,
        findings,
        keys: seen,
      } = await compareWith(provider, {
        profile: name,
        keys: ledger.of(keysFold),
        beside: new Set(keysBeside(ledger.view, name).keys()),
        before: lastSeen(ledger.view, name),
        accept: new Set(accepted),
        progress: (line) => {
          this.say(line)
        },
      })
      const document = {type: 'keyrite.sync/1', findings, keys: seen}
      const [entry] = await ledger.append([
        {
          type: 'key.synced',
          actor: {person: actor?.id ?? null, evidence: 'stated'},
          data: {profile: name, compared, findings: findings.length, accepted, seen: jsonBlob(document)},
        },
      ])
      const nextOf = (finding: Finding): string => {
        const key = keys.get(finding.key ?? '')
        const version = key?.versions.find((one) => one.version === finding.version)
        const again =
          finding.kind === 'state' && key !== undefined && version !== undefined
            ? commandAgain(ledger.view, key, version)
            : undefined
        return again ?? nextFor(finding, name, version?.state ?? null)
      }
      profiles.push({
        profile: name,
        compared,
        entry: entry?.seq ?? null,
        findings: findings.map((one) => ({...one, next: nextOf(one)})),
      })
    }
    const found = profiles.flatMap((one) => one.findings)
    return this.show(
      {schema: 'keyrite.sync/1', exit: found.length === 0 ? 0 : 10, profiles, findings: found.length},
      [
        ...profiles.map(
          ({profile, compared, findings}) =>
            `${profile}: ${compared} ${compared === 1 ? 'version' : 'versions'} compared, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`,
        ),
        ...(names.length === 0 ? ['No profile holds a key of this ledger.'] : []),
        ...found.flatMap(({kind, key, version, id, fact, next}) => [
          '',
          ...this.print.sentence(
            `${kind}: ${key ?? id}${version === null ? '' : ` version ${version}`}: ${fact}.`,
          ),
          `Next: ${visible(next)}`,
        ]),
      ],
    )
  }
}
