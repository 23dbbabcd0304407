/** What stands before a service, or is no Azure, refuses in other forms than Azure's: with a page, with nothing, with what is no JSON. The status tells what it is. */
import type {PipelinePolicy} from '@azure/core-rest-pipeline'

/** The clients look for a document in each refusal, and would stumble where there is none. */
export const refusalsInForm: PipelinePolicy = {
  name: 'keyriteRefusalsInForm',
  async sendRequest(request, next) {
    const response = await next(request)
    if (response.status >= 400 && !isDocument(response.bodyAsText)) {
      response.bodyAsText = '{"error":{}}'
      response.headers.set('content-type', 'application/json')
    }
    return response
  },
}

function isDocument(text: string | null | undefined): boolean {
  try {
    const said: unknown = JSON.parse(text ?? '')
    return typeof said === 'object' && said !== null
  } catch {
    return false
  }
}
