/** The emulator behind the stand-in: asked in the same words, for any account and Region. */
import {AwsError, optionalText, type Json} from './call.ts'

export interface Where {
  readonly account: string
  readonly region: string
}

export type Upstream = (where: Where, operation: string, input: Json) => Promise<Json>

/** It checks no signatures: account and Region are all that it reads of them. */
export const authorization = ({account, region}: Where): string =>
  `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/kms/aws4_request, SignedHeaders=host, Signature=0`

export function upstreamAt(url: string): Upstream {
  return async (where, operation, input) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `TrentService.${operation}`,
        authorization: authorization(where),
      },
      body: JSON.stringify(input),
    })
    const said = await answer.text()
    const body = (said === '' ? {} : JSON.parse(said)) as Json
    if (answer.ok) return body
    const code = (optionalText(body, '__type') ?? 'KMSInternalException').replace(/^.*#/, '')
    if (code === 'InvalidAction')
      throw new AwsError('StandInNotModelled', `not modelled by the emulator behind: ${operation}`, 501)
    throw new AwsError(
      code,
      optionalText(body, 'message') ?? optionalText(body, 'Message') ?? '',
      answer.status,
    )
  }
}
