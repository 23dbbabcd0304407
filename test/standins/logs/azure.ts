/** The one question of Kusto's language that is known here, word for word but for its values. */
import type {Answer, Log} from './main.ts'

const form =
  /^AZKVAuditLogs \| where TimeGenerated >= datetime\((?<from>[^)]+)\) and TimeGenerated < datetime\((?<to>[^)]+)\) \| where Id == "(?<key>[^"]+)" or Id startswith "(?<prefix>[^"]+)" \| project (?<columns>[\w, ]+) \| order by TimeGenerated desc$/

export function query(body: unknown, {entries, page}: Log): Answer {
  const groups = form.exec((body as {query?: string}).query ?? '')?.groups
  if (groups === undefined) return {status: 400, said: {error: {message: 'not modelled: that query'}}}
  const {from = '', to = '', key = '', prefix = '', columns = ''} = groups
  const names = columns.split(', ')
  const newest = [...entries].sort((one, other) =>
    String(one['TimeGenerated']) < String(other['TimeGenerated']) ? 1 : -1,
  )
  const found = newest.filter((one) => {
    const [at, id] = [Date.parse(String(one['TimeGenerated'])), String(one['Id'])]
    // startswith makes no difference between capitals and small letters.
    const fits = id === key || id.toLowerCase().startsWith(prefix.toLowerCase())
    return fits && at >= Date.parse(from) && at < Date.parse(to)
  })
  const rows = found.slice(0, page ?? found.length).map((one) => names.map((name) => one[name] ?? null))
  const cut =
    rows.length < found.length
      ? {error: {code: 'PartialError', message: 'There were some errors when processing your query.'}}
      : {}
  return {
    status: 200,
    said: {
      tables: [{name: 'PrimaryResult', columns: names.map((name) => ({name, type: 'string'})), rows}],
      ...cut,
    },
  }
}
