import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {walk} from '../../src/ceremony/engine.ts'
import type {Protection} from '../../src/providers/ports.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, shortTemplate, type House} from './room.ts'
import {changed, type Change} from './template-support.ts'
import {minutes, resultOf, run} from './walked.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

describe('what protects a key', () => {
  const step = '{id: prove,'
  const asking = (fields: string): string =>
    changed(shortTemplate, [
      [
        `      - {id: use,`,
        `      - {id: asked, kind: attest, key: "\${key-name}"${fields}, by: operator, minutes: 1, text: Ask.}\n      - {id: use,`,
      ],
    ])
  const protectedBy = async (app: App, id: string, protection: Protection): Promise<void> => {
    const real = ceremonyApp(app)
    await walk(
      contextIn(house, app, id, {
        app: {
          provider: async (name) => {
            const provider = await real.provider(name)
            return {...provider, evidence: {...provider.evidence, protection: async () => protection}}
          },
        },
      }),
    )
  }
  const refused = async (
    app: App,
    fields: string,
    protection: Protection,
    key: string,
  ): Promise<KeyriteError> => {
    const id = await openIn(house, app, {template: asking(fields), key})
    try {
      await protectedBy(app, id, protection)
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      expect(ceremonyIn(app, id)).toMatchObject({
        stopped: true,
        done: expect.not.arrayContaining([expect.objectContaining({step: 'asked'})]),
      })
      return error
    }
    throw new Error('nothing was refused')
  }
  const hardware: Protection = {
    level: 'hardware',
    fips: '140-3 level 3',
    evidence: 'asserted',
    detail: 'The service says so.',
  }

  test('a software token is recorded as software, with its evidence and its device', async () => {
    await house.using(async (app) => {
      const {id, error, said} = await run(house, app, asking(', evidence: verified'), {}, 'asked-1')
      expect(error).toBeNull()
      expect(resultOf(app, id, 'asked')).toMatchObject({
        profile: 'main',
        key: 'asked-1',
        version: 1,
        level: 'software',
        fips: null,
        evidence: 'verified',
        device: {model: 'keyrite software token'},
        device_evidence: 'asserted',
      })
      expect(said).toContain('What protects key "asked-1": software (verified).')
      const text = await minutes(app, id)
      expect(text).toContain(
        'key “asked-1” version 1: protection software (verified); the key lies in an encrypted file',
      )
      expect(text).toMatch(/Ask\. Recorded: .* asked /)
    })
  })

  test.each([
    {
      fields: ', level: hardware',
      protection: {...hardware, level: 'software'} as const,
      says: 'the template demands hardware, and what protects it is software (asserted)',
    },
    {
      fields: ', level: hardware',
      protection: {...hardware, level: 'unknown'} as const,
      says: 'the template demands hardware, and what protects it is unknown (asserted)',
    },
    {
      fields: ', level: hardware, evidence: attested',
      protection: hardware,
      says: 'the template demands that its protection is attested, and it is asserted',
    },
    {
      fields: ', evidence: verified',
      protection: {...hardware, evidence: 'stated'} as const,
      says: 'the template demands that its protection is verified, and it is stated',
    },
  ])(
    'a run that gets less than$fields stops, and records no answer: $says',
    async ({fields, protection, says}) => {
      await house.using(async (app) => {
        const key = `asked-${says.length}-${protection.level}`
        const error = await refused(app, fields, protection, key)
        expect(error).toMatchObject({code: 'KEY_NOT_AS_PLANNED', message: `key "${key}": ${says}`})
      })
    },
  )

  test('a run that gets as much as is demanded goes on', async () => {
    await house.using(async (app) => {
      const id = await openIn(house, app, {
        template: asking(', level: hardware, evidence: asserted'),
        key: 'asked-9',
      })
      await protectedBy(app, id, hardware)
      expect(resultOf(app, id, 'asked')).toMatchObject({
        level: 'hardware',
        evidence: 'asserted',
        fips: '140-3 level 3',
      })
    })
  })

  const device = (number: string): readonly Change[] => [
    ['acts:\n', `materials:\n  - {id: hsm, kind: hsm, text: The device., number: ${number}}\nacts:\n`],
    [
      step,
      `{id: which, kind: attest, profile: "\${profile}", material: hsm, by: operator, minutes: 1, text: Ask.}\n      - ${step}`,
    ],
  ]

  test('a device with another serial number stops the ceremony; the right one is recorded', async () => {
    await house.using(async (app) => {
      const other = await run(house, app, changed(shortTemplate, device('X-1')), {}, 'which-1')
      expect(other.error).toMatchObject({code: 'KEY_NOT_AS_PLANNED'})
      expect(other.error?.message).toMatch(/^the device is not "hsm": its serial number is /)
      const {evidence} = await app.provider('main')
      const {serial = ''} = await evidence.device()
      const same = await run(house, app, changed(shortTemplate, device(serial)), {}, 'which-2')
      expect(same.error).toBeNull()
      expect(resultOf(app, same.id, 'which')).toMatchObject({
        profile: 'main',
        serial_of: 'hsm',
        level: 'unknown',
        evidence: 'asserted',
      })
    })
  })
})
