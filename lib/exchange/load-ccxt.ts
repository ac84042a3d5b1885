import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * The file of ccxt's class of a venue, with its streams. One venue's module costs a third of the memory and of the time of
 * the whole package, whose exports map hides it.
 */
export function ccxtFile(module: string): string {
  return fileURLToPath(new URL(`./src/pro/${module}.js`, import.meta.resolve('ccxt')))
}

/** That class. The packed programs have a function of their own for this, which loads a pack of it (scripts/pack). */
export async function loadCcxt(module: string): Promise<unknown> {
  const loaded = (await import(pathToFileURL(ccxtFile(module)).href)) as { default: unknown }
  return loaded.default
}
