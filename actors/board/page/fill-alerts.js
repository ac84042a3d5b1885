import { badge, text } from './fill.js'

const tones = { critical: 'bad', warning: 'warn', info: '' }

const toSecond = (time) => new Date(time).toISOString().slice(5, 19).replace('T', ' ')

export function fillAlert(row, alert) {
  const [state, kind, subject, says, times, last] = row.cells
  if (state.firstChild === null) state.append(document.createElement('span'))
  const isOver = alert.endedAt != null
  badge(
    state.firstChild,
    isOver ? 'recovered' : alert.severity,
    isOver ? 'good' : (tones[alert.severity] ?? ''),
  )
  text(kind, alert.kind.replaceAll('-', ' '))
  text(subject, alert.subject)
  text(says, isOver && alert.ending !== '' ? `${alert.text} → ${alert.ending}` : alert.text)
  text(times, alert.count.toLocaleString('en'))
  text(last, toSecond(alert.lastAt))
}
