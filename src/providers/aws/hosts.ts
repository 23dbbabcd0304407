/** Which hosts are AWS KMS itself, or another of its services: only what answers there can say that something lies in AWS's hardware. */

/** The DNS suffixes of AWS's partitions. Anybody can have a name under them, so the service's own name must stand before. */
const suffixes = [
  ...['amazonaws.com', 'amazonaws.com.cn', 'amazonaws.eu', 'c2s.ic.gov', 'sc2s.sgov.gov'],
  ...['cloud.adc-e.uk', 'csp.hci.ic.gov', 'api.aws', 'api.amazonwebservices.com.cn'],
  ...['api.amazonwebservices.eu', 'api.aws.ic.gov', 'api.aws.scloud', 'api.cloud-aws.adc-e.uk'],
  'api.aws.hci.ic.gov',
]

/** @param host - without scheme and port, as it is where they are the usual ones. */
export function isAwsHost(host: string, region: string, services = ['kms', 'kms-fips']): boolean {
  return suffixes.some((suffix) =>
    services.some(
      (service) =>
        host === `${service}.${region}.${suffix}` ||
        (/^[a-z0-9-]+\.[a-z0-9-]+\./.test(host) && host.endsWith(`.${service}.${region}.vpce.${suffix}`)),
    ),
  )
}

/** Where nobody named an address, it is AWS's own: not what a variable or a file of settings says, which no plan shows. */
export const namedAddress = {ignoreConfiguredEndpointUrls: true} as const
