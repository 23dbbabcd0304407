/** What an incident leaves to be done by people: duties, each once, from the moment that something was contained. */
import {parseDuration} from '../base/duration.ts'
import {custodyFold} from '../custody/index.ts'
import {duties, openingDraft, type Owed} from '../duties/index.ts'
import {dataKeysUnder, envelopes, keysFold, livingUnder} from '../keys/index.ts'
import type {ActContext} from '../requests/index.ts'
import {drillMark} from './phases.ts'
import {reencryptList} from './reencrypt.ts'
import {isContained} from './rules.ts'
import type {Incident} from './state.ts'

/** GDPR Art. 33: 72 hours from becoming aware of a breach of personal data. */
export const breachWithin = 'PT72H'
export const postmortemWithin = 'PT48H'
const usesWithin = 'PT24H'

/** What is owed, by when it is due. Names of people are not in it. */
export function owedOf({ledger}: Pick<ActContext, 'ledger'>, incident: Incident): readonly Owed[] {
  const key = ledger.of(keysFold).keys.get(incident.key)
  if (key === undefined || !isContained(incident)) return []
  const owners = [incident.openedBy]
  const due = (span: string): Date => new Date(Date.parse(incident.startedAt) + parseDuration(span))
  const named = `key "${key.name}", revoked in incident ${incident.id}`
  const owed: Owed[] = key.spec.consumers.map((party) => ({
    name: `${party}-uses-another-key`,
    what: `${key.names[party] ?? party} uses another key in place of ${named}`,
    owners,
    due: due(usesWithin),
  }))
  livingUnder(ledger.view, key.name).forEach((child, at) => {
    owed.push({
      name: `child-${at + 1}-is-rotated`,
      what: `Rotate key "${child}", which stands under ${named}: keyrite rotation plan ${child}`,
      owners,
      due: due(usesWithin),
    })
  })
  const dataKeys = dataKeysUnder(ledger.of(envelopes), key.name).length
  if (dataKeys > 0)
    owed.push({
      name: 'data-keys-made-anew',
      what: `Make ${dataKeys === 1 ? 'the data key' : `the ${dataKeys} data keys`} anew that ${dataKeys === 1 ? 'lies' : 'lie'} under ${named}: whoever had it could unwrap ${dataKeys === 1 ? 'it' : 'them'}`,
      owners,
      due: due(usesWithin),
    })
  if (reencryptList(ledger, key).length > 0)
    owed.push({
      name: 'encrypt-again',
      what: `Encrypt again what was encrypted under ${named}, in the order of keyrite incident show ${incident.id}`,
      owners,
      due: due('P30D'),
    })
  owed.push({
    name: 'breach-assessed',
    what: `Decide whether the breach of ${named} is to be notified: GDPR Art. 33 gives 72 hours from becoming aware`,
    owners,
    due: due(breachWithin),
  })
  owed.push({
    name: 'post-mortem',
    what: `Draft the post-mortem of incident ${incident.id}, with times, impact and follow-ups: keyrite incident postmortem ${incident.id} --out FILE`,
    owners,
    due: due(postmortemWithin),
  })
  const {roster} = ledger.of(custodyFold)
  return owed
    .filter((one) => one.owners.every((id) => roster.has(id)))
    .map((one) =>
      incident.drill ? {...one, name: `drill-${one.name}`, what: `${drillMark}: ${one.what}`} : one,
    )
}

/** Opens those that are not there yet. */
export async function openOwed(
  context: Pick<ActContext, 'ledger' | 'actor'>,
  incident: Incident,
): Promise<void> {
  const {ledger, actor} = context
  const there = [...ledger.of(duties).values()].filter(({source}) => source === incident.seq)
  const missing = owedOf(context, incident).filter(({name}) => !there.some((one) => one.name === name))
  if (missing.length > 0) await ledger.append(missing.map((one) => openingDraft(incident.seq, actor, one)))
}
