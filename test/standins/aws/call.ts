/** One request to the stand-in, and how it is refused. */

export type Json = Readonly<Record<string, unknown>>

export interface Call {
  readonly service: 'kms' | 'cloudhsm' | 'cloudtrail'
  readonly operation: string
  readonly input: Json
  readonly account: string
  readonly region: string
  readonly accessKey: string
}

/** A refusal in AWS's own form. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** Where the documentation is silent, or this stand-in too thin: said, and never guessed. Not an answer that AWS gives. */
export const notModelled = (what: string): AwsError =>
  new AwsError('StandInNotModelled', `not modelled by this stand-in for AWS: ${what}`, 501)

/** @throws AwsError `ValidationException` where it is missing, or no text. */
export function text(input: Json, name: string): string {
  const value = optionalText(input, name)
  if (value === undefined) throw new AwsError('ValidationException', `${name} is required`)
  return value
}

export function optionalText(input: Json, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new AwsError('ValidationException', `${name} must be a string`)
  return value
}

export function optionalNumber(input: Json, name: string): number | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw new AwsError('ValidationException', `${name} must be a number`)
  return value
}

/** The same without some of its members. */
export const without = (input: Json, ...names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)))

export const bytes = (input: Json, name: string): Buffer => Buffer.from(text(input, name), 'base64')

/** A page of a list, by `Limit` and `Marker`. @throws AwsError `InvalidMarkerException`, `ValidationException` */
export function paged<T>(
  all: readonly T[],
  input: Json,
  usual: number,
  most: number,
): {page: readonly T[]; next?: string} {
  const limit = optionalNumber(input, 'Limit') ?? usual
  if (limit < 1 || limit > most)
    throw new AwsError('ValidationException', `Limit must be between 1 and ${most}`)
  const marker = optionalText(input, 'Marker')
  const from = marker === undefined ? 0 : Number(/^at-(\d+)$/.exec(marker)?.[1] ?? NaN)
  if (!Number.isInteger(from))
    throw new AwsError('InvalidMarkerException', 'the marker is not one of this list')
  const page = all.slice(from, from + limit)
  return from + limit < all.length ? {page, next: `at-${from + limit}`} : {page}
}

/** As KMS says it. */
export const truncation = (next: string | undefined): Json =>
  next === undefined ? {Truncated: false} : {Truncated: true, NextMarker: next}
