/**
 * ccxt's class of a venue, with its streams. One venue's module costs a third of the memory and of the time of the whole
 * package, whose exports map hides it. The packed programs have this by their own name for it (scripts/pack).
 */
export async function loadCcxt(module: string): Promise<unknown> {
  const url = new URL(`./src/pro/${module}.js`, import.meta.resolve('ccxt'))
  const loaded = (await import(url.href)) as { default: unknown }
  return loaded.default
}
