import { Argument, Option } from 'commander'
import type { Command } from 'commander'
import { addSettings, commonSettings, createCommand } from '../../lib/hub/command-line.ts'
import { readRecords, recordKinds } from '../../lib/orders/records.ts'
import type { RecordKind } from '../../lib/orders/records.ts'
import { openRecordFile } from './record-file.ts'
import { toRecordStart } from './record-start.ts'
import { headOf, toRecordLine } from './record-text.ts'
import type { RecordFormat } from './record-text.ts'
import type { Terminal } from './terminal.ts'
import { configOf, withHub } from './with-hub.ts'

interface ExportOptions extends Record<string, unknown> {
  readonly since?: string
  readonly format: RecordFormat
  readonly out?: string
}

/** `sluice export` */
export function exportCommand(terminal: Terminal): Command {
  const command = createCommand(
    'export',
    "Writes an account's records, each once, in the order in which they came.",
  )
    .addArgument(new Argument('<kind>', 'what is written').choices(recordKinds))
    .option('--since <when>', 'a span such as 2h, a time in UTC, or the id of the last record that one has')
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'ndjson']).default('csv'))
    .option('--out <file>', 'append to a file, after what is in it already')
    .addHelpText(
      'after',
      `
Each row begins with the record's id, which tells when it was written here, in ms, and where to go on:
--since ID gives what comes after it, and --out goes on by itself. Money and sizes are exact, times are the venue's in ms.
orders holds every state that an order came to; what is older than some 100,000 rows is gone.

Examples:
  sluice export fills --account main --since 24h > fills.csv
  sluice export orders --account main --since 2026-11-22T10:00 --format ndjson
  sluice export journal --account main --out journal.csv`,
    )
    .action(async (kind: RecordKind, options: ExportOptions) => {
      const { format, out } = options
      const since = toRecordStart(options.since, Date.now())
      const config = configOf(options)
      const file = out === undefined ? undefined : openRecordFile(out, headOf(kind, format))
      const put = (text: string) => (file === undefined ? terminal.write(text) : file.append(text))
      try {
        await withHub(config, async (hub) => {
          const of = { venue: config.exchange, account: config.account }
          if (file?.isEmpty !== false) put(headOf(kind, format))
          let count = 0
          for await (const records of readRecords(hub, of, kind, file?.last ?? since)) {
            put(records.map((record) => toRecordLine(kind, format, record)).join(''))
            count += records.length
          }
          if (out !== undefined)
            terminal.line(`${count} rows of ${kind} of account ${of.account} written to ${out}`)
        })
      } finally {
        file?.close()
      }
    })
  return addSettings(command, ['account', ...commonSettings])
}
