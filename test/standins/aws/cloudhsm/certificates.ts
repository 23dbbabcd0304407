/** The certificates of a cluster, by its state: the request only before somebody signed it. All are one, of nobody, until 2081. */
import type {Json} from '../call.ts'
import type {Cluster} from './state.ts'

const certificate = `-----BEGIN CERTIFICATE-----
MIIBjDCCATOgAwIBAgIUO2aKBqYv+6n/kGeN3fskeQWvDaMwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQc3RhbmQtaW4sIG5vIEhTTTAgFw0yNjExMzAyMTU2MThaGA8y
MDgxMDkwMjIxNTYxOFowGzEZMBcGA1UEAwwQc3RhbmQtaW4sIG5vIEhTTTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABELfRG4ZOR1jwhjXd6zzG0jF+WA1DW0bEgy9
Xfu0WgvnvhioKLVRwXj6kZwCR2m+jQCzX10lshRlf7d0sjQKVNijUzBRMB0GA1Ud
DgQWBBS4zA/8S+wE8BGeeD7waj+B9QlLuDAfBgNVHSMEGDAWgBS4zA/8S+wE8BGe
eD7waj+B9QlLuDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIBe6
itatpu/iwk2VTAoL3CUXTOC9bKyIrF/luHUwCRfEAiAc2bMXB1bZjVtGasfxDj0k
Uas8paABxB+onAWE904sqQ==
-----END CERTIFICATE-----
`
const request = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'

export function certificatesOf({state, hsms}: Cluster): Json {
  if (hsms.length === 0) return {}
  const ofHsm = {
    HsmCertificate: certificate,
    AwsHardwareCertificate: certificate,
    ManufacturerHardwareCertificate: certificate,
  }
  if (state === 'UNINITIALIZED') return {ClusterCsr: request, ...ofHsm}
  return state === 'CREATE_IN_PROGRESS' ? {} : {ClusterCertificate: certificate, ...ofHsm}
}
