/** Something that is mostly there at once: a promise for each request costs more than the rest of finding it. */
export type Soon<T> = T | Promise<T>;
