// Loaded into each process that `up` starts, before its own program. `up` holds the other end of standard input: when
// that closes without a signal having come, `up` has died, and its processes must not outlive it.

/** Real ms that a process has for an orderly end. */
const graceMs = 10_000

process.stdin.on('error', leave).once('end', leave).once('close', leave).resume()
;(process.stdin as unknown as { unref?(): void }).unref?.()

let leaving = false

function leave(): void {
  if (leaving) return
  leaving = true
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref()
}
