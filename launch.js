import { readFileSync, statSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { loadPack } from './load-pack.js'

// undici reads HTTP by one large function of WebAssembly. V8 optimises it after six answers, which takes a quarter of an actor's
// start and pays in a busy process alone: so it does after a thousand times as many.
setFlagsFromString('--wasm-tiering-budget=1800000000')

/** Starts the compiled program of a folder, with errors that name the TypeScript sources. */
export async function launch(folder) {
  const compiled = new URL(`dist/${folder}/main.js`, import.meta.url)
  if (writtenAt(compiled) === undefined) {
    process.stderr.write(`sluice: ${folder} is not built yet; run: npm run build\n`)
    process.exit(2)
  }
  const packs = new URL('dist/packed/packs.json', import.meta.url)
  // What was packed before something was compiled again is of yesterday.
  const isPacked = writtenAt(packs) > writtenAt(new URL('dist/.tsbuildinfo', import.meta.url))
  const files = isPacked ? JSON.parse(readFileSync(packs, 'utf8')) : {}
  if (files[folder] !== undefined) {
    loadPack(new URL('.', packs), files, folder)
  } else {
    process.setSourceMapsEnabled(true)
    await import(compiled.href)
  }
}

function writtenAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
