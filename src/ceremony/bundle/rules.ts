/** What bundles are made and judged by, put together where a command wants it. */
import {join} from 'node:path'
import {readPublic} from '../../base/files.ts'
import {packageRoot} from '../../base/package.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import type {Rules} from './judge.ts'

/** @param paper - the size of a PDF's pages; A4 in a bundle */
export async function rulesOf(
  {folds, operations}: Pick<Rules, 'folds' | 'operations'>,
  paper: Paper = 'a4',
): Promise<Rules> {
  // What makes PDFs and scripts takes longer to load than the rest of a short run.
  const [{pdfOf}, {printedScript}] = await Promise.all([
    import('../../paper/pdf/index.ts'),
    import('../script/index.ts'),
  ])
  return {
    folds,
    operations,
    pdf: (doc) => pdfOf(doc, paper),
    page: () => readPublic(join(packageRoot(), 'dist/page.js'), limitBytes).toString('utf8'),
    script: (wanted) => printedScript({...wanted, packageRoot: packageRoot()}).doc,
  }
}

const limitBytes = 1024 * 1024
