export const levels = ['silent', 'info', 'debug'] as const
export type Level = (typeof levels)[number]

/** Lines on stderr. */
export interface Log {
  info(line: string): void
  debug(line: string): void
}

export function openLog(level: Level): Log {
  return { info: level === 'silent' ? drop : write, debug: level === 'debug' ? write : drop }
}

function write(line: string): void {
  console.error(line)
}

function drop(): void {}
