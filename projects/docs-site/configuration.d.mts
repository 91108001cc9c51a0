export declare function configurationPage(schema: object): string;
