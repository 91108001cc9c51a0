export declare function siteMap(root: string): Record<string, string>;
export declare function anchorOf(heading: string): string;
export declare function contents(root: string): { text: string; items: { text: string; link: string }[] }[];
export declare function writePages(folders: { root: string; to: string; repository: string }): void;
