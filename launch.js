import { statSync } from 'node:fs'

/** Starts the compiled program of a folder, with errors that name the TypeScript sources. */
export async function launch(folder) {
  const compiled = new URL(`dist/${folder}/main.js`, import.meta.url)
  if (writtenAt(compiled) === undefined) {
    process.stderr.write(`sluice: ${folder} is not built yet; run: npm run build\n`)
    process.exit(2)
  }
  // What was packed before something was compiled again is of yesterday.
  const isPacked =
    writtenAt(new URL('dist/packed/.packed', import.meta.url)) >
    writtenAt(new URL('dist/.tsbuildinfo', import.meta.url))
  const packed = new URL(`dist/packed/${folder}/main.js`, import.meta.url)
  process.setSourceMapsEnabled(true)
  await import((isPacked && writtenAt(packed) !== undefined ? packed : compiled).href)
}

function writtenAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
