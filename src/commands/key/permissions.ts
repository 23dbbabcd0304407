import {Args, Flags} from '@oclif/core'
import {KeyriteError, exitOf} from '../../base/errors.ts'
import {permissionsWish, profileOf} from '../../keys/index.ts'
import {permissionRoles, type Policy, type Standing} from '../../providers/permissions.ts'
import {permissionsOf} from '../../providers/registry.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {permissionLines, standingLines} from '../../ui/show-permissions.ts'

export default class KeyPermissions extends KeyriteCommand {
  static override summary =
    'Write what lets somebody take one role on a key, in the language of its provider.'
  static override description = `Roles have one purpose each: key-admin never uses the key, a key-user does one thing with it, key-auditor reads, key-prover shows that it works. Nothing is changed at the provider: the commands that put it there are shown.
With --compare the provider is asked what it allows now; more or less than the role is a finding (exit 10).`
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --role key-user-sign',
    '<%= config.bin %> <%= command.id %> payments-jwt --role key-admin --principal ops --compare',
    '<%= config.bin %> <%= command.id %> payments-jwt --role key-prover --plain > prover.hcl',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    role: Flags.option({options: permissionRoles, summary: 'what it is for', required: true})(),
    principal: Flags.string({
      summary:
        'who it is for, as the provider names them: an entity of OpenBao, an ARN of AWS, a member of Google (user:ADDRESS), an object id of Azure',
      helpValue: 'NAME',
    }),
    compare: Flags.boolean({
      summary: 'ask the provider what is allowed there now, and hold it against the role',
    }),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyPermissions)
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    const profile = profileOf(ledger.view, key.profile)
    const principal = principalIn(flags.principal)
    const wish = permissionsWish(key, flags.role, profile.identity, principal)
    const policy = (await permissionsOf(profile.kind))(wish)
    const document = {name: key.name, profile: profile.name, role: flags.role, principal, policy}
    if (!flags.compare)
      return this.show(
        {schema: 'keyrite.permissions/1', ...document, standing: null},
        permissionLines(policy),
      )
    const standing = await this.#standing(profile.name, policy, wish.ids, principal)
    const same = standing.missing.length === 0 && standing.beyond.length === 0 && standing.notes.length === 0
    return this.show(
      {
        schema: 'keyrite.permissions/1',
        exit: same ? 0 : exitOf.FINDINGS,
        ...document,
        standing: {same, ...standing},
      },
      standingLines(this.print, policy, standing),
    )
  }

  /** @throws KeyriteError `UNSUPPORTED` where the provider cannot be asked. */
  async #standing(
    profile: string,
    policy: Policy,
    ids: readonly string[],
    principal: string | null,
  ): Promise<Standing> {
    const provider = await this.app.provider(profile)
    if (provider.standing !== undefined) return provider.standing(policy, ids, principal)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot compare: keyrite does not read what kind "${provider.kind}" allows`,
      {
        hints: [
          'aws iam simulate-principal-policy --policy-source-arn ARN --action-names ACTIONS --resource-arns KEY-ARN',
        ],
      },
    )
  }
}

/** It goes into commands that people copy. @throws KeyriteError `USAGE`. */
function principalIn(text: string | undefined): string | null {
  if (text === undefined) return null
  if (/^[\w.@:/+=,-]{1,256}$/.test(text)) return text
  throw new KeyriteError(
    'USAGE',
    `cannot use principal "${text}": expected the name that the provider has for them`,
  )
}
