/** What a channel has to say: the rows of each message, `data`. */
export type Feed = (now: number) => readonly (readonly unknown[])[]
