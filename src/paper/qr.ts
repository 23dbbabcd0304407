/** QR codes (ISO/IEC 18004), as blocks of a page. */
import {create} from 'qrcode'
import {visible} from '../base/visible.ts'
import type {Block} from './document.ts'

/** @param text - what a reader shows. @param label - what stands beside it, and is read instead of it. */
export function qr(text: string, label: string): Block {
  const {modules} = create(visible(text), {errorCorrectionLevel: 'M'})
  const {size} = modules
  const line = (y: number): string =>
    Array.from({length: size}, (_, x) => (modules.get(y, x) === 0 ? '0' : '1')).join('')
  return {kind: 'qr', label, modules: Array.from({length: size}, (_, y) => line(y))}
}
