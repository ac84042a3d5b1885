import { existsSync } from 'node:fs'

/** Starts the compiled program of a folder, with errors that name the TypeScript sources. */
export async function launch(folder) {
  const program = new URL(`dist/${folder}/main.js`, import.meta.url)
  if (!existsSync(program)) {
    process.stderr.write(`sluice: ${folder} is not built yet; run: npm run build\n`)
    process.exit(2)
  }
  process.setSourceMapsEnabled(true)
  await import(program.href)
}
