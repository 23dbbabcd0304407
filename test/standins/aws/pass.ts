/** What is neither KMS nor CloudHSM goes to the emulator as it came; tags of what is gone are left out. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import type {Json} from './call.ts'
import {authorization} from './upstream.ts'
import {accountOf, signer} from './wire.ts'
import type {World} from './world.ts'

export async function passed(
  world: World,
  emulator: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const {accessKey, region} = signer(request)
  const principal = world.principals.get(accessKey)
  const account = accountOf(world, accessKey)
  if (principal !== undefined && body.includes('Action=GetCallerIdentity')) {
    response.writeHead(200, {'content-type': 'text/xml'})
    response.end(identityOf(principal.arn, account))
    return
  }
  const headers: Record<string, string> = {}
  for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'])
    if (typeof request.headers[name] === 'string') headers[name] = request.headers[name]
  if (principal !== undefined) headers['authorization'] = authorization({account, region})
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const answer = await fetch(new URL(request.url ?? '/', emulator), {
    method: request.method ?? 'POST',
    headers,
    ...(hasBody ? {body: new Uint8Array(body)} : {}),
  })
  const said = await answer.text()
  response.writeHead(answer.status, {'content-type': answer.headers.get('content-type') ?? 'text/plain'})
  response.end(headers['x-amz-target']?.endsWith('.GetResources') === true ? withoutGone(world, said) : said)
}

function withoutGone(world: World, said: string): string {
  const answer = JSON.parse(said) as Json
  const all = (answer['ResourceTagMappingList'] ?? []) as {readonly ResourceARN: string}[]
  return JSON.stringify({
    ...answer,
    ResourceTagMappingList: all.filter(({ResourceARN}) => world.keys.get(ResourceARN)?.gone === undefined),
  })
}

const identityOf = (arn: string, account: string): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
  `<Arn>${arn}</Arn><UserId>AIDASTANDIN</UserId><Account>${account}</Account></GetCallerIdentityResult>` +
  `<ResponseMetadata><RequestId>stand-in</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
