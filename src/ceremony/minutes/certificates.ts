/** Certificates and requests that were made: for which key, and the digest of their bytes. */
import {isBlobRef} from '../../ledger/index.ts'
import {code, heading, table, type Block} from '../../paper/document.ts'
import type {Transcript} from './transcript.ts'

const forms: Readonly<Record<string, string>> = {
  'self-signed': 'self-signed certificate (X.509)',
  request: 'certificate request (PKCS #10)',
}

export function certificates(record: Transcript): readonly Block[] {
  const intents = new Map(record.of('certificate.make.intended').map((one) => [one.seq, one.data['serial']]))
  const rows = record.of('certificate.made').map(({seq, time, data}) => {
    const serial = intents.get(Number(data['intended']))
    return [
      forms[record.text(data['form'])] ?? record.text(data['form']),
      `${record.text(data['key'])}, version ${record.text(data['version'])}`,
      typeof serial === 'string' ? [code(serial)] : 'none',
      isBlobRef(data['certificate']) ? [code(data['certificate'].blob)] : 'unknown',
      record.time(time),
      String(seq),
    ]
  })
  if (rows.length === 0) return []
  return [
    heading(2, 'Certificates'),
    table({columns: ['What', 'Key', 'Serial number', 'SHA-256 of its DER', 'Made', 'Entry'], rows}),
  ]
}
