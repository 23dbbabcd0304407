/** What is done at a whole place, and what is looked at afterwards. */
import {sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {jcs} from '../base/jcs.ts'
import {seenAs} from '../base/seen-as.ts'
import type {Secret} from '../base/secret.ts'
import {keysFold} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import type {PlaceSettings} from '../providers/place-settings.ts'
import type {Provider} from '../providers/ports.ts'
import {providerKind} from '../providers/registry.ts'
import type {Holder, WholeBackups} from '../providers/whole-backups.ts'

/** @throws KeyriteError `UNSUPPORTED` naming what the place does instead. */
export function wholeBackupsOf({kind, wholeBackups}: Pick<Provider, 'kind' | 'wholeBackups'>): WholeBackups {
  if (wholeBackups !== undefined) return wholeBackups
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot back up a place of kind "${kind}" whole: it is a Managed HSM of Azure that does`,
    {
      hints: [
        ...(providerKind(kind).keptBy ?? []),
        // A vault gives its keys out one by one.
        kind === 'azure'
          ? 'keyrite backup take KEY, of each key by itself'
          : 'keyrite backup list PROFILE, of kind cloudhsm',
      ],
    },
  )
}

/** @throws KeyriteError `UNSUPPORTED`. */
export function placeSettingsOf({kind, settings}: Pick<Provider, 'kind' | 'settings'>): PlaceSettings {
  if (settings !== undefined) return settings
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot set anything of this place of kind "${kind}": it is a Managed HSM of Azure that has settings`,
    {hints: ['keyrite profile set NAME --prover PROFILE, of any kind']},
  )
}

/** @throws KeyriteError `KEY_NOT_AS_PLANNED` if the service says otherwise afterwards, `NOT_FOUND`. */
export async function setAs(
  provider: Provider,
  {setting, value}: {readonly setting: string; readonly value: boolean},
): Promise<string> {
  const now = await placeSettingsOf(provider).set(setting, value)
  if (now === value) return ''
  throw new KeyriteError(
    'KEY_NOT_AS_PLANNED',
    `cannot rely on ${setting}: it was set to ${String(value)}, and the service says ${String(now)}`,
    {changed: true, hints: ['keyrite profile check PROFILE']},
  )
}

/** What was sealed for another key than the one that people agreed to goes nowhere. @throws KeyriteError `PLAN_MOVED`. */
export async function takenIn(backups: WholeBackups, sealed: Secret | null, under: string): Promise<string> {
  const now = sha256Hex(await backups.transferKey())
  const [own, blob] = [sealed?.use(sealedUnder), sealed?.use((bytes) => Buffer.from(bytes))]
  if (now !== under || own !== under || blob === undefined)
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot have the security domain taken in: the place gives out a key for that with SHA-256 ${now} now, and not what was agreed to`,
      {hints: ['ask anew, when it is known why']},
    )
  await backups.loadDomain(blob)
  return ''
}

/** The service does not say which: one that somebody else sent in the meantime is not told as ours. */
export function someDomain(profile: string): KeyriteError {
  return new KeyriteError(
    'INDETERMINATE',
    'cannot tell whose security domain was taken in: the answer to this one was lost, and the place says that it has taken one in, not which',
    {
      changed: true,
      hints: [
        `keyrite backup load ${profile} --from URL, of a backup made under this domain: it opens where it is the one`,
        'where it does not open, somebody else’s was taken in: nothing of yours belongs there',
      ],
    },
  )
}

/** SHA-256 of the certificate under which it is sealed, in hexadecimal letters; empty where it does not say. */
function sealedUnder(bytes: Uint8Array): string {
  const {WrappedKey: key} = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    WrappedKey?: {x5t_256?: string}
  }
  return Buffer.from(key?.x5t_256 ?? '', 'base64url').toString('hex')
}

/** @throws KeyriteError `PLAN_MOVED`. */
export function demandSameHolders(approved: readonly string[], brought: readonly Holder[]): void {
  const now = brought.map(({certificate}) => sha256Hex(certificate)).toSorted()
  if (jcs(now) !== jcs(approved.toSorted()))
    throw new KeyriteError(
      'PLAN_MOVED',
      'cannot give out the security domain: these are not the holders that were approved',
      {
        hints: ['the certificates that were approved, or ask anew'],
      },
    )
}

/** Which of the ledger's living versions are there after a restore. What is not told by a late read is looked for again. */
export async function lookedAt(
  view: View,
  provider: Provider,
  profile: string,
): Promise<{readonly there: number; readonly missing: string[]}> {
  const all = [...view.of(keysFold).keys.values()]
    .filter((key) => key.profile === profile)
    .flatMap(({name, versions}) => versions.map(({state, ref}) => ({name, state, ref})))
    .filter(({state}) => state !== 'destroyed')
  let missing = all
  await seenAs(
    async () => {
      const still: typeof all = []
      for (const one of missing) if ((await provider.store.describe(one.ref)) === undefined) still.push(one)
      missing = still
    },
    () => missing.length === 0,
  )
  return {
    there: all.length - missing.length,
    missing: [...new Set(missing.map(({name}) => name))].toSorted(),
  }
}

/** The service tells of no restore by what it was of: one whose answer was lost is never begun a second time by itself, as what was made since would be gone. */
export async function someRestore(
  view: View,
  provider: Provider,
  profile: string,
  from: string,
): Promise<KeyriteError> {
  const {there, missing} = await lookedAt(view, provider, profile)
  const seen = missing.length === 0 ? '' : `, and NOT THERE are versions of ${missing.join(', ')}`
  return new KeyriteError(
    'INDETERMINATE',
    `cannot tell whether the backup at ${from} was taken in: the answer was lost, and the service does not say. Of the ledger’s versions there, ${there} are there${seen}`,
    {
      changed: true,
      hints: [
        `keyrite key sync --profile ${profile}`,
        'where it was not taken in: the same command again, which asks people anew; what was made there since would be gone',
      ],
    },
  )
}
