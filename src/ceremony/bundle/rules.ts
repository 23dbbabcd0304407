/** What bundles are made and judged by, put together where a command wants it. */
import type {Rules} from './judge.ts'

/** What makes PDFs takes longer to load than the rest of a short run. */
export async function rulesOf({folds, operations}: Omit<Rules, 'pdf'>): Promise<Rules> {
  const {pdfOf} = await import('../../paper/pdf/index.ts')
  return {folds, operations, pdf: (doc) => pdfOf(doc, 'a4')}
}
