/**
 * Single-tenant HSMs of the location in which the key ring lies, and what is proposed for them: read, and said. Google has a
 * quorum of its own for them; keyrite makes, approves and carries out none of its proposals.
 */
import type {protos} from '@google-cloud/kms'
import type {CheckLine} from '../ports.ts'
import {visibleLine} from '../../base/visible.ts'
import {code, codeOf, wordsOf} from './failures.ts'
import {allOf, pages} from './listing.ts'
import type {Service} from './service.ts'
import {dateOf} from './versions.ts'

type Instance = protos.google.cloud.kms.v1.ISingleTenantHsmInstance
type Proposal = protos.google.cloud.kms.v1.ISingleTenantHsmInstanceProposal

/** What a proposal would do, by the member that it has; the first two end all use of its keys. */
const acts = {
  deleteSingleTenantHsmInstance: 'delete it, WITH EVERY KEY IN IT',
  disableSingleTenantHsmInstance: 'disable it: no key in it is used then',
  enableSingleTenantHsmInstance: 'enable it again',
  addQuorumMember: 'add somebody to its quorum',
  removeQuorumMember: 'take somebody out of its quorum',
  registerTwoFactorAuthKeys: 'register the keys of its quorum',
  refreshSingleTenantHsmInstance: 'refresh it, so that it stays enabled',
  upgradeKeyTrust: 'trust a key in it more',
} as const
const grave = ['deleteSingleTenantHsmInstance', 'disableSingleTenantHsmInstance'] as const

const last = (name: string | null | undefined): string => visibleLine(name?.split('/').at(-1) ?? '', 63)

/** One line for each, none where there is none. What may not be looked at says so. */
export async function singleTenantLines(service: Service): Promise<CheckLine[]> {
  const parent = service.place.ring.split('/').slice(0, 4).join('/')
  try {
    const instances = await allOf(
      pages('list single-tenant HSMs', async (pageToken) => {
        const [items, , answer] = await service.askHsms((hsms) =>
          hsms.listSingleTenantHsmInstances({parent, pageSize: 100, pageToken}, {autoPaginate: false}),
        )
        return {items, next: answer.nextPageToken}
      }),
    )
    const lines: CheckLine[] = []
    for (const one of instances) lines.push(lineOf(one, await proposalsOf(service, one)))
    return lines
  } catch (error) {
    // Most have none, and an emulator knows nothing of them.
    if (codeOf(error) === code.unimplemented || codeOf(error) === code.notFound) return []
    if (codeOf(error) === undefined) throw error
    return [{name: 'single-tenant HSMs', ok: true, detail: `not looked at: ${wordsOf(error)}`, fix: null}]
  }
}

async function proposalsOf(service: Service, {name}: Instance): Promise<readonly Proposal[]> {
  const all = await allOf(
    pages('list proposals', async (pageToken) => {
      const [items, , answer] = await service.askHsms((hsms) =>
        hsms.listSingleTenantHsmInstanceProposals(
          {parent: name ?? '', pageSize: 100, pageToken},
          {autoPaginate: false},
        ),
      )
      return {items, next: answer.nextPageToken}
    }),
  )
  return all.filter(({state}) => ['CREATING', 'PENDING', 'APPROVED', 'RUNNING'].includes(String(state)))
}

function lineOf({name, state, quorumAuth, disableTime}: Instance, open: readonly Proposal[]): CheckLine {
  const ends = dateOf(disableTime)
  const needed = `${quorumAuth?.requiredApproverCount ?? 0} of ${quorumAuth?.totalApproverCount ?? 0}`
  const detail = [
    `${String(state)}; ${needed} people of its own quorum decide on it at Google, beside the people of this ledger`,
    ...(ends === null ? [] : [`it is disabled at ${ends.toISOString()}, unless it is refreshed before`]),
    ...open.map(proposed),
    ...(open.length === 0 ? ['nothing is proposed'] : []),
  ].join('; ')
  const isWell =
    String(state) === 'ACTIVE' && open.every((one) => grave.every((act) => (one[act] ?? null) === null))
  return {
    name: `single-tenant HSM ${last(name)}`,
    ok: isWell,
    detail,
    fix: isWell
      ? null
      : 'ask those who approve its proposals at Google: keyrite makes, approves and carries out none',
  }
}

function proposed(one: Proposal): string {
  const act = (Object.keys(acts) as (keyof typeof acts)[]).find((member) => (one[member] ?? null) !== null)
  const given = one.quorumParameters?.approvedTwoFactorPublicKeyPems ?? []
  const needed = one.quorumParameters?.requiredApproverCount
  const until = dateOf(one.expireTime)
  const approved = needed === null || needed === undefined ? '' : `, ${given.length} of ${needed} approved`
  return `proposal ${last(one.name)} is ${String(one.state)}${approved}: ${act === undefined ? 'what it does is not known here' : acts[act]}${until === null ? '' : `, until ${until.toISOString()}`}`
}
