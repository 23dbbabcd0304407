/** CloudHSM asked without keyrite, on the stand-in for AWS. */
import type {AwsStandin} from '../backends/standin.ts'

export const here = 'eu-central-1'

/** Asks the service without keyrite. */
export async function direct(
  standin: AwsStandin,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  const answer = await fetch(standin.url, {
    method: 'POST',
    headers: {
      'x-amz-target': `BaldrApiService.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=000000000001/20260101/${here}/cloudhsm/aws4_request`,
    },
    body: JSON.stringify(input),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as Record<string, unknown>
}

/** With two HSMs at work. @returns its id. */
export async function newCluster(standin: AwsStandin): Promise<string> {
  const made = await direct(standin, 'CreateCluster', {
    HsmType: 'hsm2m.medium',
    SubnetIds: ['subnet-a', 'subnet-b'],
  })
  const {ClusterId: id} = made['Cluster'] as {ClusterId: string}
  for (const zone of ['a', 'b'])
    await direct(standin, 'CreateHsm', {ClusterId: id, AvailabilityZone: `${here}${zone}`})
  await standin.activateCluster(id)
  return id
}
