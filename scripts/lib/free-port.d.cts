/** A port that is free. Only for what must be known before its server starts, or must stay the same when it starts again. */
export declare function freePort(): Promise<number>;
