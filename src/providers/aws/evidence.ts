import {KeyriteError} from '../../base/errors.ts'
import type {CheckLine, KeyEvidence, Protection} from '../ports.ts'
import {isDenied} from './failures.ts'
import {identityOf, type Answered} from './identity.ts'
import type {Keys} from './keys.ts'
import {destructionDays, enforced} from './life.ts'
import {cloudHsmStore, offered} from './specs.ts'
import type {Service} from './store.ts'

export function keyEvidence({keys, who}: Service, ask: () => Promise<Answered>): KeyEvidence {
  const {place} = keys.line
  return {
    async identity() {
      return identityOf(await ask(), place.replicaRegions)
    },

    async check() {
      const lines: CheckLine[] = []
      const {account, partition, region, host, isAws, store} = await ask()
      lines.push({
        name: 'answers',
        ok: true,
        detail: `account ${account} in ${region} (${partition}), from ${host}${isAws ? '' : ', which is not AWS'}`,
        fix: null,
      })
      const listed: {first?: string | undefined} = {}
      const list = await tried('list keys', 'kms:ListKeys', async () => {
        listed.first = await firstId(keys)
        return null
      })
      lines.push({...list, needed: true})
      // Where no key can be found, nothing is known of their tags.
      if (list.ok)
        lines.push(
          await tried('read tags', 'kms:ListResourceTags', async () => {
            if (listed.first === undefined)
              return 'no key is there yet on which kms:ListResourceTags could be tried'
            await keys.tagged(listed.first)
            return null
          }),
        )
      if (store !== null)
        lines.push({
          name: 'custom key store',
          ok: store.state === 'CONNECTED',
          needed: true,
          detail: `${store.name} (${store.id}), ${store.type}, ${store.state.toLowerCase()}`,
          fix:
            store.state === 'CONNECTED'
              ? null
              : `aws kms connect-custom-key-store --custom-key-store-id ${store.id}`,
        })
      return lines
    },

    async capabilities() {
      const {store} = await who()
      const can = offered(place.customKeyStore === null ? null : (store?.type ?? cloudHsmStore))
      return {
        ...can,
        enforces: enforced,
        // Of a key outside AWS another version is another key there, which people name.
        rotates: can.outside === true ? [] : can.keys.map(({algorithm}) => algorithm),
        exports: false,
        backs_up: false,
        destructionDays,
      }
    },

    async protection(ref) {
      const {metadata} = await keys.existing(ref)
      return protectionOf(metadata, await who())
    },

    async generation() {
      await who()
      return null
    },

    async device() {
      const {account, partition, region, host, isAws, store} = await ask()
      return {
        model: isAws ? 'AWS KMS' : 'not AWS: it speaks as AWS KMS does',
        host,
        region,
        partition,
        account,
        ...(store === null
          ? {}
          : {
              'custom key store': `${store.name} (${store.id}), ${store.type}`,
              ...(store.cluster === null ? {} : {cluster: store.cluster}),
            }),
      }
    },
  }
}

/** What KMS says of where a key lies. It is AWS's word: no proof is to be had. */
export function protectionOf(
  {
    Origin,
    CustomKeyStoreId: store,
    CloudHsmClusterId: cluster,
  }: {
    readonly Origin?: string | undefined
    readonly CustomKeyStoreId?: string | undefined
    readonly CloudHsmClusterId?: string | undefined
  },
  {isAws, host}: Pick<Answered, 'isAws' | 'host'>,
): Protection {
  const said = `Origin ${Origin ?? 'unknown'}${store === undefined ? '' : `, CustomKeyStoreId ${store}`}${cluster === undefined ? '' : `, CloudHsmClusterId ${cluster}`}`
  const asserted = {fips: null, evidence: 'asserted'} as const
  if (!isAws)
    return {
      ...asserted,
      level: 'unknown',
      detail: `${host} says ${said}, and is not AWS: nothing says what protects it`,
    }
  switch (Origin) {
    case 'AWS_KMS':
      return {...asserted, level: 'hardware', detail: `AWS KMS says ${said}: made in its HSMs`}
    case 'AWS_CLOUDHSM':
      return {...asserted, level: 'hardware', detail: `AWS KMS says ${said}: in the HSMs of that cluster`}
    case 'EXTERNAL':
      return {
        ...asserted,
        level: 'hardware',
        detail: `AWS KMS says ${said}: brought from outside, so there may be copies of it; in AWS’s HSMs since`,
      }
    case undefined:
    default:
      return {...asserted, level: 'unknown', detail: `AWS KMS says ${said}: it lies outside AWS`}
  }
}

async function firstId(keys: Keys): Promise<string | undefined> {
  for await (const page of keys.ids()) return page[0]
  return undefined
}

/**
 * A failure is a line, not an error; a bug stays a bug.
 * @param act - gives why nothing could be tried; null where it was.
 */
async function tried(
  name: string,
  permission: string,
  act: () => Promise<string | null>,
): Promise<CheckLine> {
  try {
    return {name, ok: true, detail: (await act()) ?? `${permission} is permitted`, fix: null}
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return {
      name,
      ok: false,
      detail: error.message,
      code: error.code,
      fix: isDenied(error)
        ? `allow ${permission}: docs/providers/aws.md lists what each command needs`
        : (error.hints[0] ?? 'aws sts get-caller-identity'),
    }
  }
}
