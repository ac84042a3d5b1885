import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { loadPack } from './load-pack.js'

// undici reads HTTP by one large function of WebAssembly. V8 optimises it after six answers, which takes a quarter of an actor's
// start and pays in a busy process alone: so it does after a thousand times as many.
const flagsOfAll = ['--wasm-tiering-budget=1800000000']

/** Starts the compiled program of a folder with flags of V8, and with errors that name the TypeScript sources. */
export async function launch(folder, flags = []) {
  const compiled = new URL(`dist/${folder}/main.js`, import.meta.url)
  if (writtenAt(compiled) === undefined) {
    process.stderr.write(`sluice: ${folder} is not built yet; run: npm run build\n`)
    process.exit(2)
  }
  const folderOfPacks = new URL('dist/packed/', import.meta.url)
  const list = new URL('programs.json', folderOfPacks)
  // What was packed before something was compiled again is of yesterday.
  const isPacked = writtenAt(list) > writtenAt(new URL('dist/.tsbuildinfo', import.meta.url))
  const { files, builtins } = isPacked ? JSON.parse(readFileSync(list, 'utf8')) : { files: {}, builtins: {} }
  // Node.js keeps V8's code of its own modules for the flags of its start alone: those that will be wanted come first.
  const require = createRequire(import.meta.url)
  for (const name of builtins[folder] ?? []) require(name)
  for (const flag of [...flagsOfAll, ...flags]) setFlagsFromString(flag)
  if (files[folder] !== undefined) {
    loadPack(folderOfPacks, files, folder)
  } else {
    process.setSourceMapsEnabled(true)
    await import(compiled.href)
  }
}

function writtenAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
