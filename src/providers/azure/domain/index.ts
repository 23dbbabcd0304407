/**
 * The security domain of a Managed HSM: read, a holder's share of it, and all of it sealed for another Managed HSM.
 *
 *   SharedKeys.enc_shares  one JWE for each holder: its content key under the holder's RSA key, in it a share of the master key
 *   EncData.data           JWEs, each under a key that is derived from the master key and the tag beside it (NIST SP 800-108, counter, HMAC-SHA-512)
 *   for another HSM        the same data under a new master key, and that under the certificate which the HSM gives out for this
 *
 * Source: the programs and tests that Microsoft publishes for it (azure-cli, azure-keyvault-securitydomain). Never seen from Azure.
 */
import {constants, createHash, createHmac, publicEncrypt, randomBytes, X509Certificate} from 'node:crypto'
import {z} from 'zod'
import {KeyriteError} from '../../../base/errors.ts'
import type {Secret} from '../../../base/secret.ts'
import {demandShares, type SecurityDomains} from '../../security-domain.ts'
import {contentKeyBytes, openJwe, parseJwe, sealJwe, type Jwe} from './jwe.ts'
import {combined, parseDomainShare, type DomainShare} from './sharing.ts'

const mostBytes = 4_000_000
const compact = z.string().max(mostBytes)
const document = z.object({
  EncData: z.object({
    data: z
      .array(z.object({compact_jwe: compact, tag: z.string().max(1024)}))
      .min(1)
      .max(1000),
    kdf: z.string().optional(),
  }),
  SharedKeys: z.object({
    enc_shares: z
      .array(z.object({enc_key: compact, x5t_256: z.string().regex(/^[A-Za-z0-9_-]{43}$/)}))
      .max(126),
    required: z.int().min(2).max(126),
  }),
})

/** How a content key is sealed to a holder, and what `openssl pkeyutl` must be told to open it. */
const paddings: Readonly<Record<string, readonly string[]>> = {
  'RSA-OAEP-256': ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'],
  'RSA-OAEP': ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha1', 'rsa_mgf1_md:sha1'],
}

interface Domain {
  readonly needed: number
  readonly shares: readonly {readonly holder: string; readonly sealed: Jwe}[]
  readonly data: readonly {readonly tag: string; readonly sealed: Jwe}[]
}

export const domains: SecurityDomains = {
  read(bytes) {
    const {needed, shares} = parsed(bytes)
    return {needed, holders: shares.map(({holder}) => holder)}
  },

  shareOf(bytes, certificate) {
    const holder = createHash('sha256').update(certificate).digest('hex')
    const share = parsed(bytes).shares.find((one) => one.holder === holder)
    if (share === undefined)
      throw new KeyriteError(
        'NOT_FOUND',
        `cannot take out a share: none is for the certificate with SHA-256 ${holder}`,
        {
          hints: ['the certificate that was named when the security domain was given out'],
        },
      )
    const {header, sealedKey} = share.sealed
    return {sealed: sealedKey, options: paddings[String(header['alg'])] ?? []}
  },

  sealFor(bytes, opened, under) {
    const domain = parsed(bytes)
    demandShares(domain, opened.length)
    const shares: DomainShare[] = []
    try {
      for (const one of opened) shares.push(shareIn(domain, one, shares))
      return sealedFor(domain, shares, under)
    } finally {
      for (const {values} of shares) values.fill(0)
    }
  },
}

/** @throws KeyriteError `USAGE`. */
function parsed(bytes: Uint8Array): Domain {
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', `cannot read the security domain: ${fact}`, {
      hints: ['the file that keyrite backup domain, or az keyvault security-domain download, wrote'],
    })
  }
  const found = document.safeParse(bytes.length > mostBytes ? undefined : jsonIn(bytes))
  if (!found.success) return refuse('it is not of its form')
  const {EncData, SharedKeys} = found.data
  if (EncData.kdf !== undefined && EncData.kdf !== 'sp108_kdf')
    refuse('how its keys are derived is not known here')
  const shares = SharedKeys.enc_shares.map(({enc_key: key, x5t_256: print}) => {
    const sealed = parseJwe(key) ?? refuse('a share is not of its form')
    if (!Object.hasOwn(paddings, String(sealed.header['alg'])))
      refuse('how a share is sealed to its holder is not known here')
    return {holder: Buffer.from(print, 'base64url').toString('hex'), sealed}
  })
  const data = EncData.data.map(({compact_jwe: one, tag}) => ({
    tag,
    sealed: parseJwe(one) ?? refuse('a part of it is not of its form'),
  }))
  if (SharedKeys.required > shares.length) refuse('more shares are needed than it has')
  return {needed: SharedKeys.required, shares, data}
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** @throws KeyriteError `SHARE_BAD`. */
function shareIn(domain: Domain, opened: Secret, before: readonly DomainShare[]): DomainShare {
  const plain = domain.shares
    .map(({sealed}) => opened.use((key) => openJwe(sealed, key)))
    .find((one) => one !== undefined)
  const share = plain === undefined ? undefined : parseDomainShare(plain)
  plain?.fill(0)
  const which = `file ${before.length + 1}`
  if (share === undefined)
    throw new KeyriteError(
      'SHARE_BAD',
      `cannot open the security domain: ${which} opens none of its shares`,
      {
        hints: [
          `expected the ${contentKeyBytes} bytes that a holder's key opened: keyrite backup domain-share`,
        ],
      },
    )
  if (!before.some(({at}) => at === share.at)) return share
  share.values.fill(0)
  throw new KeyriteError(
    'SHARE_BAD',
    `cannot open the security domain: ${which} opens a share that another opened already`,
    {
      hints: ['one file of each holder'],
    },
  )
}

/** @throws KeyriteError `SHARE_BAD`. */
function sealedFor({data}: Domain, shares: readonly DomainShare[], under: Uint8Array): Uint8Array {
  const old = combined(shares)
  const fresh = randomBytes(32)
  const plains: Buffer[] = []
  try {
    const parts = data.map(({tag, sealed}) => {
      const plain = old === undefined ? undefined : derived(old, tag, (key) => openJwe(sealed, key))
      if (plain === undefined)
        throw new KeyriteError('SHARE_BAD', 'cannot open the security domain: these shares do not open it', {
          hints: ['shares of the same security domain, and its file as it was given out'],
        })
      plains.push(plain)
      const header = {alg: 'dir', enc: 'A256CBC-HS512', kid: tag}
      return {compact_jwe: derived(fresh, tag, (key) => sealJwe(header, key, plain)), tag}
    })
    const print = createHash('sha256').update(under).digest('base64url')
    const wrapped = {enc_key: sealedTo(under, fresh), x5t_256: print}
    return Buffer.from(JSON.stringify({EncData: {data: parts, kdf: 'sp108_kdf'}, WrappedKey: wrapped}))
  } finally {
    for (const one of [fresh, ...plains]) one.fill(0)
    old?.fill(0)
  }
}

/** As `WrappedKey` has it. */
function sealedTo(certificate: Uint8Array, secret: Uint8Array): string {
  const {publicKey: key} = new X509Certificate(certificate)
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const content = randomBytes(contentKeyBytes)
  try {
    const header = {alg: 'RSA-OAEP-256', enc: 'A256CBC-HS512', kid: 'not used'}
    return sealJwe(header, content, secret, publicEncrypt({key, padding, oaepHash: 'sha256'}, content))
  } finally {
    content.fill(0)
  }
}

/** NIST SP 800-108, counter mode: 512 bits are one block. The key is wiped after `use`. */
function derived<T>(master: Uint8Array, label: string, use: (key: Uint8Array) => T): T {
  const [counter, length] = [Buffer.of(0, 0, 0, 1), Buffer.of(0, 0, 2, 0)]
  const key = createHmac('sha512', master)
    .update(counter)
    .update(label)
    .update(Buffer.of(0))
    .update(length)
    .digest()
  try {
    return use(key)
  } finally {
    key.fill(0)
  }
}
