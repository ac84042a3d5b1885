// The first Ctrl-C asks for an end; a command that hangs is ended soon after, in real ms.
const patienceMs = 2_000

/** A signal that is aborted by the first SIGINT or SIGTERM from now on; its reason is the signal's name. */
export function untilSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      stop.abort(name)
      setTimeout(() => process.exit(130), patienceMs).unref()
    })
  }
  return stop.signal
}
