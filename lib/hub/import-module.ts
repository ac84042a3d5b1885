import { pathToFileURL } from 'node:url'

/** Imports a file that is named while the program runs. The packed programs have a function of their own for this (scripts/pack). */
export function importModule(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href)
}
