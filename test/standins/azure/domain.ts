/** The security domain of a Managed HSM: downloaded for those whose certificates are given, and its quorum. */
import {createHash, X509Certificate} from 'node:crypto'
import {demandHsm} from './backups.ts'
import {badParameter, notModelled} from './failures.ts'
import type {Act} from './keys.ts'
import {Accepted, type Body} from './messages.ts'

/** S: 3 to 10 certificates, 2 to 10 of them needed. What a real one looks like no source shows: this one says that it is none. */
export const domainActs: Readonly<Record<'download' | 'pending', Act>> = {
  download(world, {base, body}) {
    demandHsm(world)
    const {certificates = [], required = 0} = body as {
      certificates?: readonly Body[]
      required?: number
    }
    if (certificates.length < 3 || certificates.length > 10) throw badParameter('certificates: 3 to 10')
    if (required < 2 || required > 10 || required > certificates.length)
      throw badParameter('required: 2 to 10, and no more than certificates')
    const holders = certificates.map(({x5c}) => {
      const [first] = (x5c ?? []) as readonly string[]
      if (first === undefined) throw badParameter('a certificate without x5c')
      const {raw} = new X509Certificate(Buffer.from(first, 'base64'))
      return {x5t_256: createHash('sha256').update(raw).digest('base64url')}
    })
    world.domain = {required, of: certificates.length}
    const value = JSON.stringify({
      standin: 'a security domain of a stand-in: it holds nothing',
      SharedKeys: {required, key_algorithm: 'xor_shamir_share', enc_shares: holders},
    })
    return new Accepted(
      202,
      {value},
      {
        'azure-asyncoperation': `${base}/securitydomain/download/pending`,
        'retry-after': '5',
      },
    )
  },

  pending(world) {
    demandHsm(world)
    if (world.domain === undefined) throw notModelled('a security domain that was never downloaded')
    return {status: 'Success', status_details: ''}
  },
}
