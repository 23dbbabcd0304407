/** Aliases: the names by which others reach a key, region by region. Moving one is how they come to another key without knowing. */
import type {KeyMetadata} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import {otherRegionsOf, type Keys, type Version} from './keys.ts'
import {pages, told} from './pages.ts'
import {madeOf} from './specs.ts'

const form = /^(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/

/** As KMS has it: `alias/NAME`. @throws KeyriteError `USAGE`. */
export function aliasNamed(typed: string): string {
  const name = typed.startsWith('alias/') ? typed.slice('alias/'.length) : typed
  if (form.test(name)) return `alias/${name}`
  throw new KeyriteError(
    'USAGE',
    `cannot call a key "${typed}" at AWS: it takes a-z, A-Z, 0-9, /, _ and -, and no name of AWS’s own (aws/…)`,
  )
}

/** In the profile's own region. */
export async function aliasesOf({line}: Keys, {id, spec}: Version): Promise<readonly string[]> {
  const found: string[] = []
  const what = `list the aliases of key "${spec.label}"`
  for await (const page of pages(line, what, (kms, from) => kms.listAliases({KeyId: id, ...from})))
    found.push(...told(what, 'Aliases', page.Aliases).flatMap(({AliasName: name}) => name ?? []))
  return found.toSorted()
}

/** The key that an alias stands for in a region; undefined where there is no such alias. */
export async function aliased(keys: Keys, alias: string, region?: string): Promise<KeyMetadata | undefined> {
  return keys.metadata(alias, region)
}

/**
 * The alias stands for this key from now on, in the profile's region and wherever the key has a copy; what it stood for loses it.
 * Said again, it is the same.
 * @throws KeyriteError `UNSUPPORTED` where it stands for a key of another kind: KMS moves it to its like only.
 */
export async function setAlias(keys: Keys, version: Version, alias: string): Promise<void> {
  const {line} = keys
  const own = line.place.region
  const regions = [own, ...otherRegionsOf(version.metadata, own)]
  const stood = await Promise.all(regions.map(async (region) => aliased(keys, alias, region)))
  for (const one of stood) if (one !== undefined) demandLike(version, one, alias)
  for (const [at, region] of regions.entries()) {
    const before = stood[at]
    if (before?.KeyId === version.id) continue
    const input = {AliasName: alias, TargetKeyId: version.id}
    await line.call(
      `give ${alias} to key "${version.spec.label}" in ${region}`,
      async (kms) => (before === undefined ? kms.createAlias(input) : kms.updateAlias(input)),
      {region},
    )
  }
  for (const region of regions) await settledAlias(keys, version, alias, region)
}

/** KMS moves an alias only between keys of one usage, and not from pairs to what is symmetric. */
function demandLike({spec, metadata}: Version, before: KeyMetadata, alias: string): void {
  const pair = (one: KeyMetadata): boolean => !/^(SYMMETRIC|HMAC)/.test(madeOf(one) ?? '')
  if (before.KeyUsage === metadata.KeyUsage && pair(before) === pair(metadata)) return
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot give ${alias} to key "${spec.label}": it stands for a key of another kind (${before.KeySpec ?? 'unknown'}, ${before.KeyUsage ?? 'unknown'}), and AWS KMS moves it to its like only`,
    {hints: ['another alias']},
  )
}

async function settledAlias(keys: Keys, {id, spec}: Version, alias: string, region: string): Promise<void> {
  const {settle, look} = keys.line.patience
  for (let waited = 0; ; waited += look) {
    if ((await aliased(keys, alias, region))?.KeyId === id) return
    if (waited >= settle)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot see ${alias} at key "${spec.label}" in ${region} yet`,
        {changed: true, hints: ['the same command again: it asks what was done']},
      )
    await keys.line.pause()
  }
}
