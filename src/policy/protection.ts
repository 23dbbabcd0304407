/** What must protect a key at least, by what it protects; and what people state of the modules of a place, where nothing else says it. */
import {z} from 'zod'
import {classifications, type Classification} from './classes.ts'

const least = z
  .strictObject({
    level: z.literal('hardware').exactOptional().describe('it may only lie in hardware'),
    fips: z.int().min(1).max(4).exactOptional().describe('the FIPS 140 level that it needs at least'),
  })
  .describe('what is asked of keys of this classification; key check judges it')

export const protectionSchema = z
  .partialRecord(z.enum(classifications), least)
  .exactOptional()
  .describe('what must protect a key at least, by its classification')
export type Protection = z.infer<typeof least>

export const modulesSchema = z
  .array(
    z.strictObject({
      profile: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/)
        .describe('the profile whose keys lie in it'),
      standard: z.enum(['140-2', '140-3']).describe('of its certificate; under 140-2 all are historical'),
      level: z.int().min(1).max(4).describe('the overall level of its certificate'),
      certificate: z
        .string()
        .regex(/^\d{1,6}$/, 'expected the number of a certificate of the CMVP')
        .describe('the number of its certificate'),
    }),
  )
  .refine((all) => new Set(all.map(({profile}) => profile)).size === all.length, 'a profile is named twice')
  .exactOptional()
  .describe('FIPS 140 certificates of the modules of places: what people state, and nobody asked')
export type FipsModule = NonNullable<z.infer<typeof modulesSchema>>[number]

interface Holding {
  readonly minimums: {readonly protection?: z.infer<typeof protectionSchema>}
  readonly modules?: z.infer<typeof modulesSchema>
}

export function protectionOf({minimums}: Pick<Holding, 'minimums'>, of: Classification): Protection {
  return minimums.protection?.[of] ?? {}
}

/** Null where the policy states none. */
export function moduleOf({modules}: Pick<Holding, 'modules'>, profile: string): FipsModule | null {
  return modules?.find((one) => one.profile === profile) ?? null
}

/** Empty where nothing is asked. */
export function askedOfInWords({level, fips}: Protection): string {
  const asked = [
    ...(level === undefined ? [] : [level]),
    ...(fips === undefined ? [] : [`FIPS 140 level ${fips}`]),
  ]
  return asked.join(', ')
}

export function protectionInWords(policy: Pick<Holding, 'minimums'>): readonly string[] {
  return classifications.flatMap((name) => {
    const asked = askedOfInWords(protectionOf(policy, name))
    return asked === '' ? [] : [`${name}: ${asked}`]
  })
}

export function moduleInWords({profile, standard, level, certificate}: FipsModule): string {
  return `${profile}: FIPS ${standard} level ${level}, certificate ${certificate}`
}
