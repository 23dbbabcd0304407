/**
 * CloudTrail's client, for who reads a key's log. A file of its own: loaded by itself when built, the package has nothing by name
 * (it is CommonJS).
 */
export {CloudTrail} from '@aws-sdk/client-cloudtrail'
