/** Signing a certificate or a request with the key that it is for: what was approved, as exact bytes, once. */
import {fromHex, hex, sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {keysFold, type Key, type Version} from '../keys/index.ts'
import {Blob, problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {undertake, type ActContext, type Operation, type Plan} from '../requests/index.ts'
import {certificatesFold, publicKeyOf} from './fold.ts'
import {specInWords} from './in-words.ts'
import {completed, prepared, serialFrom} from './make.ts'
import {mediaTypes} from './pem.ts'
import {demandSound} from './plans.ts'
import {parseSpec, type CertificateSpec} from './spec.ts'
import {openCertificate, type OpenCertificate} from './state.ts'

export const certificateSign: Operation = {
  name: 'certificate.sign',
  writes: {
    'certificate.make.intended': 'sign',
    'certificate.made': 'sign',
    'certificate.make.failed': 'sign',
  },
  begins: ['certificate.make.intended'],
  formed({change}) {
    parseSpec(change)
  },
  inWords({change, profile}) {
    const spec = parseSpec(change)
    const what = spec.form === 'request' ? 'a request for a certificate' : 'a certificate for itself'
    return [
      `Sign, with key "${spec.key}" version ${spec.version} in profile "${profile?.name ?? ''}" (class ${spec.class}), ${what}:`,
      ...specInWords(spec),
    ]
  },
  stillTrue(view, plan) {
    demandActive(view, plan)
  },
  judge(_view: View, plan: Plan, entry: Entry): readonly Problem[] {
    const {key, version, form, profile} = entry.data
    const {change} = plan
    const same =
      key === change['key'] &&
      version === change['version'] &&
      form === change['form'] &&
      profile === plan.profile?.name
    return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
  },
  matterOf: () => null,
  act: sign,
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `PLAN_MOVED`, `UNSUPPORTED`. */
function demandActive(
  view: Pick<View, 'of'>,
  plan: Plan,
): {readonly spec: CertificateSpec; readonly key: Key; readonly version: Version} {
  const spec = parseSpec(plan.change)
  const key = view.of(keysFold).keys.get(spec.key)
  const version = key?.versions.find((one) => one.version === spec.version)
  const cannot = `cannot certify key "${spec.key}"`
  const hints = [`keyrite key show ${spec.key}`]
  if (key === undefined || version === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `${cannot}: there is none`, {hints: ['keyrite key list']})
  if (key.profile !== plan.profile?.name || key.spec.class !== spec.class)
    throw new KeyriteError('PLAN_MOVED', `${cannot}: it is not the key that was meant`, {hints})
  demandSound(spec, key.spec)
  if (version.state !== 'active')
    throw new KeyriteError('KEY_STATE', `${cannot}: it is ${version.state}, and signs nothing`, {hints})
  return {spec, key, version}
}

async function sign(context: ActContext, plan: Plan): Promise<void> {
  const {ledger, random} = context
  const {spec, key, version} = demandActive(ledger.view, plan)
  const provider = await context.provider(key.profile)
  const open = openCertificate(ledger.of(certificatesFold), key.name, version.version)
  const serial =
    spec.form === 'request' ? null : open === undefined ? serialFrom(random.bytes(16)) : serialOf(open)
  const filling = {spki: publicKeyOf(ledger.view, key, version.version), scheme: key.spec.scheme, serial}
  const tbs = await prepared(spec, filling)
  if (open === undefined) demandNotOver(spec, ledger.time)
  await undertake<Uint8Array>(context, {
    types: {
      intended: 'certificate.make.intended',
      done: 'certificate.made',
      failed: 'certificate.make.failed',
    },
    about: {key: key.name, version: version.version, profile: key.profile, form: spec.form},
    intended: {serial: serial === null ? null : hex(serial), tbs_sha256: sha256Hex(tbs)},
    open,
    approved: context.approved,
    // A signature that was lost does no harm: the same bytes are signed again.
    find: () => Promise.resolve(undefined),
    act: () => provider.use.sign(version.ref, tbs),
    confirm: async (raw) => {
      const whole = await completed(spec, filling, raw)
      if ('fault' in whole)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot accept what key "${key.name}" signed: ${whole.fault}`,
          {changed: true, hints: [`keyrite key prove ${key.name}`]},
        )
      return {
        certificate: new Blob(whole.der, mediaTypes[spec.form]),
        generation: await provider.evidence.generation(),
      }
    },
  })
}

function serialOf({serial}: OpenCertificate): Buffer | null {
  return serial === null ? null : fromHex(serial)
}

/** @throws KeyriteError `PLAN_MOVED`. */
function demandNotOver({key, not_after: end}: CertificateSpec, now: Date): void {
  if (end === null || end > now.toISOString()) return
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot certify key "${key}": the certificate would have ended at ${end}`,
    {
      hints: ['ask anew, with later dates'],
    },
  )
}
