export declare const texts: readonly string[];
export declare function phrasesIn(file: string, text: string): string[];
